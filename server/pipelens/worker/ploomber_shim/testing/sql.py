"""Checks of tables, as hooks call them: they ask the database of the client that they are given."""


def _product_name(product):
    return str(product)


def _first(client, code):
    cursor = client.connection.cursor()
    cursor.execute(code)
    row = cursor.fetchone()
    cursor.close()
    return row


def _count(client, product, condition):
    code = "SELECT EXISTS(SELECT * FROM {} WHERE {})".format(_product_name(product), condition)
    return bool(_first(client, code)[0])


def nulls_in_columns(client, cols, product):
    """Whether any of the columns has a NULL."""
    names = [cols] if isinstance(cols, str) else list(cols)
    return _count(client, product, " OR ".join("{} IS NULL".format(name) for name in names))


def distinct_values_in_column(client, col, product):
    """The set of values of a column."""
    cursor = client.connection.cursor()
    cursor.execute("SELECT DISTINCT {} FROM {}".format(col, _product_name(product)))
    rows = cursor.fetchall()
    cursor.close()
    return {row[0] for row in rows}


def range_in_column(client, col, product):
    """The smallest and the largest value of a column."""
    return tuple(_first(client, "SELECT MIN({0}), MAX({0}) FROM {1}".format(col, _product_name(product))))


def exists_row_where(client, criteria, product):
    """Whether a row meets the criteria."""
    return _count(client, product, criteria)
