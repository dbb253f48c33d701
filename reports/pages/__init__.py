"""Pages: what each report shows, chosen from the book; nothing here is placed or formatted for a file type."""
