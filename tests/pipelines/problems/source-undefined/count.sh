seq {{n}} {{last}} > {{product["data"]}}
