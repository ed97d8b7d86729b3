using Serverless.Benchmarks;

return await Suite.RunAsync(args);
