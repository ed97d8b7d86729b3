using System.Net;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class ActorFaultTests : IDisposable
{
    private const string State = "/v1.0/actors/Counter/1/state", Reminder = "/v1.0/actors/Counter/1/reminders/wake";
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-").FullName;
    private string? _failAt;

    private string File => Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sidecar.actor-state.before-commit", false)]
    [InlineData("sidecar.actor-state.after-commit", true)]
    [InlineData("sidecar.actor-reminder.before-commit", false)]
    [InlineData("sidecar.actor-reminder.after-commit", true)]
    public async Task What_a_crash_leaves_is_what_was_committed(string point, bool there)
    {
        await using var app = await ActorApp.StartAsync();
        await using (var sidecar = await StartAsync(app))
        {
            _failAt = point;
            await sidecar.ExpectAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, State, """[{"operation":"upsert","request":{"key":"a","value":1}}]""", orElse: HttpStatusCode.NoContent);
            await sidecar.ExpectAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, Reminder, """{"dueTime":"1h"}""", orElse: HttpStatusCode.NoContent);
            _failAt = null;
        }

        await using var again = await StartAsync(app);
        var state = point.Contains("state", StringComparison.Ordinal);
        (await again.SendAsync(HttpMethod.Get, $"{State}/a")).StatusCode.ShouldBe(!state || there ? HttpStatusCode.OK : HttpStatusCode.NoContent);
        (await again.SendAsync(HttpMethod.Get, Reminder)).StatusCode.ShouldBe(state || there ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_commit_that_fails_is_an_error_that_stores_nothing_and_the_next_one_works()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        _failAt = "sidecar.store.before-commit";

        (await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, State, """[{"operation":"upsert","request":{"key":"a","value":1}}]""")).Code.ShouldBe("ERR_ACTOR_STATE_TRANSACTION_SAVE");
        (await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Put, Reminder, """{"dueTime":"1h"}""")).Code.ShouldBe("ERR_ACTOR_REMINDER_CREATE");
        (await sidecar.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, "/v1.0/healthz")).Code.ShouldBe("ERR_HEALTH_NOT_READY");
        _failAt = null;

        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, "/v1.0/healthz");

        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, $"{State}/a");
        await sidecar.ExpectAsync(HttpStatusCode.NotFound, HttpMethod.Get, Reminder);
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, State, """[{"operation":"upsert","request":{"key":"a","value":2}}]""");
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/a")).ShouldBe("2");
    }

    private async Task<ActorSidecar> StartAsync(ActorApp app)
    {
        var sidecar = await ActorSidecar.StartAsync(app, stateFile: File, onPoint: point =>
        {
            if (point == _failAt)
            {
                throw new IOException("the test fails this");
            }
        });
        await sidecar.ActivateAsync("Counter/1");
        return sidecar;
    }
}
