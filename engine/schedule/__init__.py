"""Dates: working days of the Russian production calendar, the academic year, and terms such as «XI–III, два раза в месяц».

workdays   which days are working, moved days off included; what is not decreed yet is said
terms      «срок» of the rules and short words -> a term: a day, a period, a rhythm
academic   a term in one academic year -> dated occurrences, each due on a working day
of_rules   the academic year and the moved days as a district's rules set them
"""
