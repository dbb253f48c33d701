"""The engine of school-risk, stage by stage, in the order data flow through it. Nothing imports what stands after it.

loading      YAML -> RuleSet: blocks with places             (yamltext, model, expressions)
checking     RuleSet -> Program: names, units, order, lint    (resolving, program, cycle, examples)
inputs       files of the district -> Tables                  (tables)
contract     Tables -> ready tables and frames of units
indicators   formulas over tables -> SQL -> columns           (sqlrow, sqlgroup)
evaluation   criteria as columns, categories and measures     (vector, population, history, conditions, inference)
run          the pipeline and its record
objectivity  signs of non-objective results: statistics over works and schools, ready to be called by rules (docs/objectivity.md)
schedule     terms -> working days of an academic year
roadmap      a run -> dated steps of the academic year, load of roles, conflicts, calendar file
explanation  why: category <- criterion <- indicator <- file, sheet, cell
"""

__version__ = "0.1.0"
