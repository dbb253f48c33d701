"""«Школа – школе»: who is like whom, which mentor for which school, and what moves when something changes.

similarity   declared context factors -> robust distances, shown factor by factor; the most similar schools of any school
constraints  consents, refusals, fixed and forbidden pairs, cluster, travel, subjects -> which pairs may be, and why not
matching     the exact optimum in whole numbers, with a certificate; what any other choice would cost
assignment   pairs with their reasons and runners-up; who stays without a mentor and the smallest thing to relax
changes      two assignments compared; a mentor who refuses replaced with the fewest moves
rules        the section «наставничество» of the rules, resolved: the one door from a methodologist's YAML
project      a run and the section -> the task: groups, likeness, answers, decisions
saved        out/pairs.json: the task as it was, so that the next call says what moved
decided      the pairs in force: the stored ones while nothing changed, else the optimum, and what moved
"""
