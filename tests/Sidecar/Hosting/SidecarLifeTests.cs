using System.Net;
using Serverless.Sidecar.Tests.Actors;

namespace Serverless.Sidecar.Tests.Hosting;

public sealed class SidecarLifeTests
{
    [Fact]
    public async Task Metadata_tells_of_the_app_its_active_actors_and_notes_of_others()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app);
        await sidecar.ActivateAsync("Counter/1");
        await sidecar.ActivateAsync("Counter/2");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, "/v1.0/metadata/appCommand", "run it");

        var metadata = await sidecar.MetadataAsync();

        metadata["id"]!.GetValue<string>().ShouldBe("app");
        metadata["runtimeVersion"]!.GetValue<string>().ShouldEndWith("-embedded");
        metadata["extended"]!["appCommand"]!.GetValue<string>().ShouldBe("run it");
        metadata["actors"]!.ToJsonString().ShouldBe("""[{"type":"Counter","count":2}]""");
        metadata["actorRuntime"]!.ToJsonString().ShouldBe(
            """{"runtimeStatus":"RUNNING","activeActors":[{"type":"Counter","count":2}],"hostReady":true,"placement":"placement: connected"}""");
        metadata["appConnectionProperties"]!["port"]!.GetValue<int>().ShouldBe(app.Port);
        metadata["components"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Health_is_204_and_an_error_for_another_apps_id()
    {
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["app"] = null });

        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, "/v1.0/healthz");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, "/v1.0/healthz/outbound");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, "/v1.0/healthz?appid=app");
        (await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, "/v1.0/healthz?appid=other")).Code.ShouldBe("ERR_HEALTH_APPID_NOT_MATCH");
    }

    [Fact]
    public async Task Shutdown_lets_running_turns_save_their_state_refuses_new_ones_and_ends_the_sidecar()
    {
        var folder = Directory.CreateTempSubdirectory("life-").FullName;
        var file = Path.Combine(folder, "state.db");
        await using var app = await ActorApp.StartAsync();
        var release = new TaskCompletionSource();
        ActorSidecar? used = null;
        app.Handler = async (_, call) =>
        {
            if (call.Path.EndsWith("slow", StringComparison.Ordinal))
            {
                await release.Task;
                await used!.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, "/v1.0/actors/Counter/1/state", """[{"operation":"upsert","request":{"key":"a","value":1}}]""");
            }
        };
        await using (var sidecar = used = await ActorSidecar.StartAsync(app, stateFile: file))
        {
            var slow = sidecar.InvokeAsync("Counter/1", "slow");
            await app.SeenAsync(call => call.Path.EndsWith("slow", StringComparison.Ordinal), "slow");
            await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Post, "/v1.0/shutdown");

            await Eventually.True(
                async () => (await sidecar.InvokeAsync("Counter/2", "late")).StatusCode == HttpStatusCode.ServiceUnavailable, "a new turn was not refused");
            (await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, "/v1.0/healthz")).Code.ShouldBe("ERR_HEALTH_NOT_READY");
            sidecar.Sidecar.Completion.IsCompleted.ShouldBeFalse();
            release.SetResult();
            (await slow).StatusCode.ShouldBe(HttpStatusCode.OK);
            await Eventually.In(sidecar.Sidecar.Completion, "the sidecar did not end");
        }

        await using var again = await ActorSidecar.StartAsync(app, stateFile: file);
        await again.ActivateAsync("Counter/1");
        (await again.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, "/v1.0/actors/Counter/1/state/a")).ShouldBe("1");
        Directory.Delete(folder, recursive: true);
    }
}
