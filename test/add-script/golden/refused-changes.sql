-- What the cases of refused-changes.test.ts write. UPDATE_GOLDEN=1 writes this file.

-- CASE refused by its name: the type of a column of a partition key
-- refused: DIFFERENCE_REFUSED

-- CASE refused by its name: the type of a column that a partition is partitioned by
-- refused: DIFFERENCE_REFUSED

-- CASE refused by its name: an inherited column that a child declares as well
-- refused: DIFFERENCE_REFUSED

-- CASE refused by its name: an inherited column that a child no longer declares
-- refused: DIFFERENCE_REFUSED

-- CASE refused by its name: the type of a column that a child has from two parents
-- refused: DIFFERENCE_REFUSED

-- CASE refused by its name: an extension in the schema of the server
-- refused: DIFFERENCE_REFUSED
