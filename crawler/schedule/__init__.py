"""When which vendor is crawled: cadences, due times, leases, and the loop that crawls what is due."""
