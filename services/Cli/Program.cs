using Serverless.Cli;

return await CommandLine.RunAsync(args);
