seq {{n}} > {{product["date"]}}
