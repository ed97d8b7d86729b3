using System.Collections.Concurrent;
using System.Net;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class TurnStressTests
{
    [Fact]
    public async Task Actors_that_are_called_while_they_are_deactivated_have_one_turn_at_a_time_and_none_during_it()
    {
        await using var app = await ActorApp.StartAsync(config: """{"entities":["Counter"],"actorIdleTimeout":"0s","actorScanInterval":"1ms"}""");
        var inside = new ConcurrentDictionary<string, int>();
        var overlaps = new ConcurrentQueue<string>();
        app.Handler = async (_, call) =>
        {
            var actor = call.Path.Split('/')[3];
            if (inside.AddOrUpdate(actor, 1, (_, count) => count + 1) != 1)
            {
                overlaps.Enqueue($"{call.Method} {call.Path}");
            }

            await Task.Yield();
            inside.AddOrUpdate(actor, 0, (_, count) => count - 1);
        };
        await using var sidecar = await ActorSidecar.StartAsync(app);

        await Parallel.ForEachAsync(Enumerable.Range(0, 1500), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            using var response = await sidecar.InvokeAsync($"Counter/{i % 3}", "call");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        overlaps.ShouldBeEmpty();
        app.Count("/call").ShouldBe(1500);
        app.Calls.ShouldContain(call => call.Method == "DELETE");
    }
}
