helm upgrade web chart
