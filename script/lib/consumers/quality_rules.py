"""Rules of the consumers' gate: only that the file is there matters to a synth."""

SQL_DATA_QUALITY_RULES = {
    "no_minors": {
        "query": "SELECT * FROM temp_data WHERE age < 18",
        "error_type": "minor",
        "description": "Customers are 18 or older",
    },
}
