"""A contract for import-linter: what runs beside learners' code cannot reach a judge."""

import grimp
from importlinter import Contract, ContractCheck, output


class NoJudgeContract(Contract):
    """Modules whose names end in `_judge` are imported by each other alone.

    The catalogue imports a judge by its name, when there is something to judge.
    """

    type_name = "no_judge"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        judges = {module for module in graph.modules if module.endswith("_judge")}
        found = [
            f"{importer} imports {judge}"
            for judge in sorted(judges)
            for importer in sorted(graph.find_modules_that_directly_import(judge) - judges)
        ]
        return ContractCheck(kept=bool(judges) and not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for line in check.metadata["found"] or ["There is no judge to keep apart."]:
            output.print_error(line)
