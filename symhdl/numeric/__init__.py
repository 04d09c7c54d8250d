"""Rigorous numbers: fixed-point formats, intervals with outward rounding, balls."""
