def write(book, folder, schools, say):
    return []
