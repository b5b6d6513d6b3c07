seq 3 > {{product["data"]}}
