console.log("npx sst deploy");
