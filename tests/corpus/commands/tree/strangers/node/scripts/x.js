const {execSync}=require("child_process");
execSync("npx sst deploy --stage prod",{stdio:"inherit"});
