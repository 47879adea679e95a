module hedgerow

go 1.19
