using Serverless.DaprTour;

// Run it, kill it with -9 whenever you like, run it again: what it had done is there, and what it was doing goes on.
await using var sidecar = await TourSidecar.StartUnlessThereIsOneAsync();
await using var app = TourApp.Build(args, sidecar);
await app.StartAsync();
await Tour.RunAsync(app.Services, Console.Out);
await app.StopAsync();
