"""From reasons to dated steps of the academic year: who does what by when, with what document, and by what it is judged.

steps      needs (school, measure, reason) -> steps without repetitions
load       how many steps each performer has in each month
conflicts  overloads, steps before their prerequisites, dates gone by, two events of one school on one day
ics        steps -> a calendar file
checks     what is wrong with terms, prerequisites, group events, quarters, moved days of the rules
of_run     a run -> needs, group events by deficits, the roadmap with its load and conflicts
weighing      how grave a factor is: by conditions over data, by points of answers
risk_profile  the factors of «500+»: at most three to work on
profile       all of it for the schools of a finished run
"""
