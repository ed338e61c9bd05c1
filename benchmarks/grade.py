"""How right estimators, checks and validation are where the truth is known.

Run: python benchmarks/grade.py --seeds 200 [--scenarios]

Without ``--scenarios`` the estimators of ww.did are graded side by side, in the settings that each kind of inference is made for:

* five regions: five draws side by side, 205 municipalities, for analytic and bootstrap inference;
* region: one draw, 41 municipalities in three waves and ten that never start, for randomisation inference, and to see what few
  clusters do to the others;
* one wave: the first wave and those that never start, 22 municipalities, where the two-way regression is the plain difference of
  differences, for CR2 and the wild cluster bootstrap;
* two treated, one treated: so many of the first wave beside the 29 municipalities that start later or never, until the second
  wave, for Conley and Taber, Ferman and Pinto, randomisation and placebos.

The truth is the effect on the very citizens that were measured: the same draw with the method less without it. The two-way
regression of three waves is held to the average it makes of these effects, which is not the effect on the treated. Where effects
differ much (S3), its intervals and those of randomisation, made of effects that are all alike, are wider than need be. Bias and
coverage stand beside their Monte Carlo standard errors. Coverage is expected between 93 and 97 per cent, rejections of AV, which
has no effect, between 3 and 7; the second table tells how often trends before the start are flagged; S2 alone drifts.

With ``--scenarios`` the grading contract is measured, for the scenarios named or for all: bias within a tenth of the minimal
important change or two Monte Carlo errors and coverage of 92 to 98 per cent where the effect can be found (S0, S1, S3, AV, XX, S6
without the neighbours, S9 with mergers mapped, S10, M1 and the nine pairs of the region), rejections of AV between 2 and 8, XX
found to harm in 90 per cent, the check that must speak up doing so in 80 per cent (S2, S4, S5, S6, S7, S8, M2) and in at most 10
where nothing is wrong, planted faults found and clean deliveries not refused. Upper limits and those of coverage are met by
counts that they bring 98 times in 100, those of 80 and 90 per cent only by reaching them. A matched comparison warns where a
hidden factor as strong as the strongest measured one would upset the answer, whether there is one or not: of 200 draws of M1,
where all that matters is measured, all were warned of, of M2 94 per cent, of M1 with three times the effect none. That no sample
tells M1 from M2 is a property of the design, not a fault that an estimate could mend; the line is printed as known and does not
decide the exit code. The exit code is 1 when any other line is not met. 200 draws took 45 minutes of one core.
"""

import argparse
import sys
import time

import pandas as pd
from grading.contract import EVERYTHING, contract
from grading.flags import trends
from grading.methods import METHODS, SETTINGS, SLOW, Method, answers, marks
from grading.worlds import ASKED, FIRST_SEEDS, World, simulated

__all__ = [
    "ASKED",
    "FIRST_SEEDS",
    "GRADED",
    "METHODS",
    "SETTINGS",
    "SLOW",
    "Method",
    "World",
    "answers",
    "contract",
    "marks",
    "simulated",
]

GRADED = ("S0", "S1", "S3", "AV")
# From one sample nobody can tell whether what was not measured matters, so the warning stands in both.
KNOWN = {("M1", "hidden_factor: flagged <= 10 %")}


def estimators(scenarios: list[str], seeds: int, *, synthetic: bool) -> None:
    """Print how right every estimator of ww.did is in its setting, and how often trends are flagged."""
    flagged = []
    for scenario in scenarios:
        begun = time.process_time()
        worlds = [simulated(scenario, FIRST_SEEDS[scenario] + i, twice=scenario != "S2") for i in range(seeds)]
        flagged.append(trends(scenario, worlds))
        if scenario in GRADED:
            table = marks(answers(worlds, (*METHODS, *SLOW) if synthetic else METHODS))
            print(f"\n{scenario}: {seeds} draws, {time.process_time() - begun:.0f} s CPU")
            print(
                table.round({"bias": 3, "bias_error": 3, "coverage": 1, "coverage_error": 1, "rejected": 1}).to_string(
                    index=False
                )
            )
    print("\nTrends before the start flagged, per cent")
    print(pd.DataFrame(flagged).round(1).to_string(index=False))


def held_to_contract(scenarios: list[str], seeds: int) -> bool:
    """Print the grading contract, each scenario as it is done, and tell whether all of it is met but what is known not to be."""
    begun, met = time.process_time(), True
    print(f"{'scenario':<26}{'required':<36}{'measured':>9}{'mc_error':>9}{'draws':>7}  met")
    for scenario in scenarios:
        for row in contract([scenario], seeds).itertuples():
            known = (row.scenario, row.required) in KNOWN
            met &= bool(row.met) or known
            numbers = f"{row.measured:>9.3f}{row.mc_error:>9.3f}{row.draws:>7}"
            print(
                f"{row.scenario:<26}{row.required:<36}{numbers}  {'yes' if row.met else 'known' if known else 'NO'}", flush=True
            )
    said = "All is met but what is known." if met else "Not all is met."
    print(f"\n{seeds} draws of each, {time.process_time() - begun:.0f} s CPU. {said}")
    return met


def main() -> None:
    """Grade and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50, help="draws of each scenario")
    parser.add_argument("--scenarios", nargs="*", choices=[*EVERYTHING, []], help="measure the contract: these, or all of them")
    parser.add_argument("--estimators", nargs="+", choices=[*GRADED, "S2"], default=[*GRADED, "S2"], help="side by side")
    parser.add_argument("--synthetic", action="store_true", help="also the slow bootstrap of synthetic comparisons")
    args = parser.parse_args()
    if args.scenarios is None:
        estimators(args.estimators, args.seeds, synthetic=args.synthetic)
    elif not held_to_contract(args.scenarios or list(EVERYTHING), args.seeds):
        sys.exit(1)


if __name__ == "__main__":
    main()
