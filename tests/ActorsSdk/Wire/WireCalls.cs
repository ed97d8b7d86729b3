using Dapr.Actors;
using Dapr.Actors.Client;
using Serverless.ActorsSdk.Tests.Actors;

namespace Serverless.ActorsSdk.Tests.Wire;

/// <summary>The calls of the golden file, in its order; each says what it came to.</summary>
internal static class WireCalls
{
    public static async Task RunAsync(IActorProxyFactory factory, Action<string> write)
    {
        var counter = factory.CreateActorProxy<ICounterActor>(new ActorId("c1"), "CounterActor");
        var weak = factory.Create(new ActorId("c1"), "CounterActor");
        await Try("typed, one argument", async () => await counter.AddAsync(new Delta { By = 2, Why = "ü<&\"" }));
        await Try("typed, null argument", async () => await counter.EchoAsync(null));
        await Try("typed, no argument, no result", async () => await Nothing(counter.ResetAsync()));
        await Try("typed, no argument", async () => await counter.GetAsync());
        await Try("typed, two arguments", async () => await counter.TwoAsync(3, "x"));
        await Try("typed, cancellable", async () => await counter.CancellableAsync("a", CancellationToken.None));
        await Try("typed, only a token", async () => await counter.OnlyTokenAsync(CancellationToken.None));
        await Try("typed, null result", async () => await counter.NullAsync());
        await Try("typed, method of a base interface", async () => await counter.DoubleAsync(5));
        await Try("typed, derived type", async () => ((Circle)await counter.DrawAsync(new Circle { Radius = 3 })).Radius);
        await Try("typed, failure", async () => await Nothing(counter.FailAsync("boom")));
        await Try("typed, through the base interface", async () =>
            await factory.CreateActorProxy<IDoublingActor>(new ActorId("a@b.c-d_e:f"), "CounterActor").DoubleAsync(4));
        await Try("weak, one argument", async () => await weak.InvokeMethodAsync<Delta, int>("AddAsync", new Delta { By = 2, Why = "w" }));
        await Try("weak, no argument", async () => await weak.InvokeMethodAsync<int>("GetAsync"));
        await Try("weak, null result", async () => await weak.InvokeMethodAsync<string>("NullAsync"));
        await Try("weak, no argument, no result", async () => await Nothing(weak.InvokeMethodAsync("ResetAsync")));
        await Try("weak, null argument", async () => await weak.InvokeMethodAsync<string?, string>("EchoAsync", null));
        await Try("weak, cancellable", async () => await weak.InvokeMethodAsync<string, string>("CancellableAsync", "q"));
        await Try("weak, derived type", async () => ((Circle)await weak.InvokeMethodAsync<Figure, Figure>("DrawAsync", new Circle { Radius = 4 })).Radius);
        await Try("weak, method with two parameters", async () => await weak.InvokeMethodAsync<string, string>("TwoAsync", "q"));
        await Try("weak, unknown method", async () => await Nothing(weak.InvokeMethodAsync("Nope")));
        await Try("weak, failure", async () => await Nothing(weak.InvokeMethodAsync("FailAsync", "boom")));
        await Try("timers and reminders", async () => await Nothing(counter.ArmAsync()));

        async Task Try(string name, Func<Task<object?>> call)
        {
            write($"==== {name}");
            try
            {
                write($"= {await call() ?? "null"}");
            }
            catch (Exception error)
            {
                var code = error is Dapr.DaprApiException api ? $" {api.ErrorCode}" : "";
                var inner = error.InnerException is ActorInvokeException remote ? $" <- {remote.ActualExceptionType}: {remote.Message}" : "";
                write($"! {error.GetType().FullName}{code}: {error.Message}{inner}");
            }
        }
    }

    private static async Task<object?> Nothing(Task task)
    {
        await task;
        return "nothing";
    }
}
