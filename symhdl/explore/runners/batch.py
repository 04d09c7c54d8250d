"""Files with which a batch system does the jobs of an exploration: Snakemake, SLURM or HTCondor.

Names and texts of the user's stand in the file of the jobs alone, which is data, and the path of this Python, quoted,
in scripts of the shell; the texts for the batch systems are made of numbers. All run in the folder of the files.
"""

from __future__ import annotations

import math
import shlex
import sys
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from symhdl.explore.job import Job
from symhdl.explore.runners.effort import seconds_of
from symhdl.explore.runners.lines import line_of
from symhdl.version import VERSION

LIMIT_MINUTES = 20
"""How long the batch system lets a shard run. What was done until then stays, and another run goes on from there."""

AIM_S = 60 * LIMIT_MINUTES / 4
"""Estimated seconds of work in a shard: machines and estimates differ."""

MEMORY_MB = 2000
JOBS = "jobs.jsonl"
MADE = f"# Made by symhdl {VERSION}."


def batch_files(jobs: Sequence[Job], system: str) -> dict[str, str]:
    """The files by their names: the jobs, scripts for a shard and for bringing shards together, texts of the system.

    `system` is one of `SYSTEMS`. The jobs that take longest come first, so that every shard gets its part of them.
    """
    jobs = sorted(jobs, key=seconds_of, reverse=True)
    shards = shards_for(jobs)
    return {
        JOBS: "".join(map(line_of, jobs)),
        "shard.sh": _shard_script(shards),
        "merge.sh": _merge_script(),
        **SYSTEMS[system](shards),
    }


def shards_for(jobs: Sequence[Job]) -> int:
    """The least number of shards that take no longer than they should by the estimates, as far as jobs allow that."""
    seconds = sorted(map(seconds_of, jobs), reverse=True)
    longest = max(seconds, default=0.0)
    most = AIM_S + longest * (longest > AIM_S)  # one that is long has others beside it
    counts = range(max(1, math.ceil(sum(seconds) / most)), max(1, len(jobs)) + 1)
    place = bisect_left(counts, True, key=lambda shards: sum(seconds[::shards]) <= most)
    return counts[min(place, len(counts) - 1)]


def _symhdl(arguments: str) -> str:
    """A command of the symhdl that writes this; `-P` because the current folder holds no modules of ours."""
    return f"{shlex.quote(sys.executable)} -P -m symhdl {arguments}"


def _shard_script(shards: int) -> str:
    run = _symhdl(f'explore {JOBS} --shard "$1/{shards}" -o "shards/$1"')
    return f"""\
#!/bin/sh
{MADE} Does one shard of the jobs: sh shard.sh N, for N from 1 to {shards}, in this folder.
set -eu
mkdir -p shards
exec {run}
"""


def _merge_script() -> str:
    return f"""\
#!/bin/sh
{MADE} Brings together what the shards have done: sh merge.sh, in this folder.
set -eu
exec {_symhdl("explore merge shards/*/ -o .")}
"""


def _snakemake(shards: int) -> dict[str, str]:
    text = f"""\
{MADE} Run it in this folder: snakemake --cores all
rule merge:
    input:
        expand("shards/{{shard}}/rows.csv", shard=range(1, {shards + 1})),
    output:
        "rows.csv",
    shell:
        "sh merge.sh"


rule shard:
    input:
        "{JOBS}",
    output:
        "shards/{{shard}}/rows.csv",
    wildcard_constraints:
        shard="[1-9][0-9]*",
    threads: 1
    resources:
        runtime={LIMIT_MINUTES},
        mem_mb={MEMORY_MB},
    retries: 2
    shell:
        "sh shard.sh {{wildcards.shard}}"
"""
    return {"Snakefile": text}


def _slurm(shards: int) -> dict[str, str]:
    common = f"""\
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem={MEMORY_MB}M
#SBATCH --time={LIMIT_MINUTES}
"""
    array = f"""\
#!/bin/sh
{MADE} One shard for each element of the array; submit.sh submits it.
#SBATCH --job-name=symhdl-explore
#SBATCH --array=1-{shards}
#SBATCH --output=logs/%a.txt
{common}exec sh shard.sh "$SLURM_ARRAY_TASK_ID"
"""
    merge = f"""\
#!/bin/sh
{MADE} Brings the shards together when all are over; submit.sh submits it.
#SBATCH --job-name=symhdl-merge
#SBATCH --output=logs/merge.txt
{common}exec sh merge.sh
"""
    submit = f"""\
#!/bin/sh
{MADE} Submits all: sh submit.sh, in this folder. Submitted again, it goes on with what is left.
set -eu
mkdir -p logs
array=$(sbatch --parsable array.sbatch)
sbatch --dependency="afterany:${{array%%;*}}" merge.sbatch
"""
    return {"array.sbatch": array, "merge.sbatch": merge, "submit.sh": submit}


def _htcondor(shards: int) -> dict[str, str]:
    common = f"""\
universe = vanilla
executable = /bin/sh
transfer_executable = false
should_transfer_files = NO
request_cpus = 1
request_memory = {MEMORY_MB}M
+MaxRuntime = {60 * LIMIT_MINUTES}
log = logs/htcondor.log
"""
    array = f"""\
{MADE} One shard for each process of the cluster; explore.dag submits it.
# All machines must see this folder under one name.
{common}shard = $(Process) + 1
arguments = "shard.sh $INT(shard)"
output = logs/$INT(shard).out
error = logs/$INT(shard).err
queue {shards}
"""
    merge = f"""\
{MADE} Brings the shards together; explore.dag submits it when all are over.
{common}arguments = "merge.sh"
output = logs/merge.out
error = logs/merge.err
queue 1
"""
    graph = f"""\
{MADE} submit.sh submits it.
JOB shards shards.sub
JOB merge merge.sub
PARENT shards CHILD merge
RETRY shards 2
"""
    submit = f"""\
#!/bin/sh
{MADE} Submits all: sh submit.sh, in this folder. Submitted again, it goes on with what is left.
set -eu
mkdir -p logs
exec condor_submit_dag -force explore.dag
"""
    return {
        "shards.sub": array,
        "merge.sub": merge,
        "explore.dag": graph,
        "submit.sh": submit,
    }


SYSTEMS: Mapping[str, Callable[[int], dict[str, str]]] = MappingProxyType(
    {"snakemake": _snakemake, "slurm": _slurm, "htcondor": _htcondor}
)
"""The batch systems, with what makes their texts of the number of shards."""

STARTED_BY = MappingProxyType(
    {
        "snakemake": "snakemake --cores all",
        "slurm": "sh submit.sh",
        "htcondor": "sh submit.sh",
    }
)
"""The command that has a batch system do all."""
