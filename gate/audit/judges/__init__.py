"""One judge a question: what is said twice, or said and contradicted."""
