echo reading
