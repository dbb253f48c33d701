"""«Школа – школе»: who is like whom, which mentor for which school, and what moves when something changes.

similarity   declared context factors -> robust distances, shown factor by factor; the most similar schools of any school
constraints  consents, refusals, fixed and forbidden pairs, cluster, travel, subjects -> which pairs may be, and why not
matching     the exact optimum in whole numbers, with a certificate; what any other choice would cost
assignment   pairs with their reasons and runners-up; who stays without a mentor and the smallest thing to relax
changes      two assignments compared; a mentor who refuses replaced with the fewest moves
"""
