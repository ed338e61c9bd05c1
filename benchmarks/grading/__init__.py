"""How right the estimators and the checks are where the truth is known; benchmarks/grade.py says what is graded."""
