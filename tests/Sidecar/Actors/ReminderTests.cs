using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class ReminderTests : IDisposable
{
    private const string Path_ = "/v1.0/actors/Counter/1/reminders/wake";
    private const string Callback = "/actors/Counter/1/method/remind/wake";
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private string File => Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_reminder_comes_after_its_due_time_and_then_every_period_until_it_is_removed()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"0h0m10s0ms","period":"0h0m5s0ms","data":"aGVsbG8="}""");

        _time.Advance(TimeSpan.FromSeconds(9));
        app.Count(Callback).ShouldBe(0);
        await CountAsync(app, 3);
        var call = app.Calls.First(seen => seen.Path == Callback);
        call.Method.ShouldBe("PUT");
        JsonNode.Parse(call.Body)!.ToJsonString().ShouldBe("""{"data":"aGVsbG8=","dueTime":"0h0m10s0ms","period":"0h0m5s0ms"}""");

        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, Path_);
        var count = app.Count(Callback);
        Pass(TimeSpan.FromMinutes(1));
        app.Count(Callback).ShouldBe(count);
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Delete, Path_);
    }

    [Fact]
    public async Task Repetitions_are_the_number_of_times_it_comes()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s","period":"R3/PT5S"}""");

        await CountAsync(app, 3);
        await GoneAsync(sidecar);
        Pass(TimeSpan.FromMinutes(1));
        app.Count(Callback).ShouldBe(3);
    }

    [Fact]
    public async Task A_time_to_live_ends_it()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s","period":"30s","ttl":"75s"}""");

        await CountAsync(app, 3);
        await GoneAsync(sidecar);
        app.Count(Callback).ShouldBe(3);
    }

    [Fact]
    public async Task A_reminder_can_be_read_and_a_missing_one_is_not_found()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        (await sidecar.FailsAsync(HttpStatusCode.NotFound, HttpMethod.Get, Path_)).ShouldBe(("ERR_ACTOR_REMINDER_NOT_FOUND", "actor reminder not found: wake"));

        await SetAsync(sidecar, """{"dueTime":"1h","period":"R3/PT5S","ttl":"2h","data":{"x":1}}""");

        var read = JsonNode.Parse(await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, Path_))!;
        read.ToJsonString().ShouldBe("""{"actorID":"1","actorType":"Counter","dueTime":"1h","period":"R3/PT5S","data":{"x":1},"ttl":"2h"}""");
    }

    [Fact]
    public async Task The_same_name_overwrites_unless_asked_not_to()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s","data":"first"}""");
        await SetAsync(sidecar, """{"dueTime":"10s","data":"second"}""");
        (await sidecar.FailsAsync(HttpStatusCode.Conflict, HttpMethod.Put, Path_, """{"dueTime":"1s","overwrite":false}""")).Code.ShouldBe("ERR_ACTOR_REMINDER_ALREADY_EXISTS");

        await CountAsync(app, 1);
        await GoneAsync(sidecar);
        app.Calls.Single(call => call.Path == Callback).Body.ShouldContain("second");
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"dueTime":"tomorrow"}""")]
    [InlineData("""{"dueTime":"1s","period":"R0/PT1S"}""")]
    [InlineData("""{"dueTime":"R3/PT1S"}""")]
    [InlineData("""{"dueTime":"2026-06-01T00:00:00Z","ttl":"2026-05-01T00:00:00Z"}""")]
    public async Task A_schedule_that_makes_no_sense_is_refused(string body)
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);

        (await sidecar.FailsAsync(HttpStatusCode.BadRequest, HttpMethod.Put, Path_, body)).Code.ShouldBe("ERR_MALFORMED_REQUEST");
    }

    [Fact]
    public async Task Reminders_are_for_apps_that_host_the_type()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);

        (await sidecar.FailsAsync(HttpStatusCode.Forbidden, HttpMethod.Put, "/v1.0/actors/Other/1/reminders/wake", """{"dueTime":"1s"}""")).Code.ShouldBe("ERR_ACTOR_REMINDER_NON_HOSTED");
    }

    [Fact]
    public async Task A_delivery_that_fails_comes_again_with_growing_waits_until_the_app_takes_it()
    {
        await using var app = await ActorApp.StartAsync();
        var failures = 3;
        app.Handler = (context, call) =>
        {
            if (call.Path == Callback && failures-- > 0)
            {
                // Both ways in which an actor fails.
                context.Response.StatusCode = failures == 1 ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
                context.Response.Headers["X-DaprErrorResponseHeader"] = "<failed/>";
            }

            return Task.CompletedTask;
        };
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s"}""");

        await CountAsync(app, 4);
        await GoneAsync(sidecar);
        (_time.GetUtcNow() - _time.Start).ShouldBeGreaterThan(TimeSpan.FromSeconds(1 + 1 + 2 + 4 - 0.5));
        app.Count(Callback).ShouldBe(4);
    }

    [Fact]
    public async Task An_actor_may_end_its_reminder_by_its_answer()
    {
        await using var app = await ActorApp.StartAsync();
        app.Handler = (context, _) =>
        {
            context.Response.Headers["X-DaprReminderCancel"] = "true";
            return Task.CompletedTask;
        };
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s","period":"1s"}""");

        await CountAsync(app, 1);
        await GoneAsync(sidecar);
    }

    [Fact]
    public async Task After_a_restart_an_overdue_reminder_comes_once_and_keeps_its_schedule()
    {
        await using var app = await ActorApp.StartAsync();
        await using (var sidecar = await StartAsync(app))
        {
            await SetAsync(sidecar, """{"dueTime":"10s","period":"10s"}""");
        }

        _time.Advance(TimeSpan.FromSeconds(64));
        await using var again = await StartAsync(app);
        await CountAsync(app, 1, TimeSpan.Zero);
        await Eventually.True(
            async () => Due() == _time.Start.AddSeconds(70) && await Task.FromResult(true), "the next time is not in step with the schedule");
        await CountAsync(app, 2);
        (_time.GetUtcNow() - _time.Start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(70));
    }

    [Fact]
    public async Task A_clock_that_jumps_back_repeats_nothing()
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"10s","period":"1h"}""");
        await CountAsync(app, 1);
        await Eventually.True(() => Due() > _time.Start.AddMinutes(59), "progress was not stored");

        _time.AdjustTime(_time.Start);
        Pass(TimeSpan.FromMinutes(30));
        app.Count(Callback).ShouldBe(1);
    }

    [Fact]
    public async Task Progress_that_was_not_stored_makes_it_come_again()
    {
        var failed = false;
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, _time, File, point =>
        {
            if (point == "sidecar.actor-reminder.delivered" && !failed)
            {
                failed = true;
                throw new IOException("lost");
            }
        });
        await sidecar.ActivateAsync("Counter/1");
        await SetAsync(sidecar, """{"dueTime":"1s"}""");

        await CountAsync(app, 2);
        await GoneAsync(sidecar);
    }

    [Fact]
    public async Task A_reminder_that_is_registered_anew_by_its_own_callback_stays()
    {
        await using var app = await ActorApp.StartAsync();
        ActorSidecar? used = null;
        app.Handler = async (_, call) =>
        {
            if (call.Path == Callback)
            {
                await SetAsync(used!, """{"dueTime":"1h","data":"anew"}""");
            }
        };
        await using var sidecar = used = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s"}""");

        await CountAsync(app, 1);
        await sidecar.ActivateAsync("Counter/1");
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, Path_)).ShouldContain("anew");
    }

    [Fact]
    public async Task A_slow_callback_holds_up_its_own_actor_only()
    {
        await using var app = await ActorApp.StartAsync();
        var release = new TaskCompletionSource();
        app.Handler = (_, call) => call.Path == Callback ? release.Task : Task.CompletedTask;
        await using var sidecar = await StartAsync(app);
        await SetAsync(sidecar, """{"dueTime":"1s"}""");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, "/v1.0/actors/Counter/2/reminders/wake", """{"dueTime":"2s"}""");

        await Eventually.WhileTimePasses(_time, TimeSpan.FromMilliseconds(250), () => app.Count("/Counter/2/method/remind/wake") == 1, "the other reminder did not come");
        var call = sidecar.InvokeAsync("Counter/1", "waits");
        app.Count("/waits").ShouldBe(0);
        release.SetResult();
        (await call).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_damaged_row_is_set_aside_and_the_others_come()
    {
        await using var app = await ActorApp.StartAsync();
        await using (var sidecar = await StartAsync(app))
        {
            await SetAsync(sidecar, """{"dueTime":"10s"}""");
            await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, "/v1.0/actors/Counter/2/reminders/wake", """{"dueTime":"10s"}""");
        }

        Scalar("UPDATE actor_reminders SET payload = '{}' WHERE id = '1'; SELECT changes()").ShouldBe(1L);
        await using var again = await StartAsync(app);
        await Eventually.WhileTimePasses(_time, TimeSpan.FromSeconds(1), () => app.Count("/Counter/2/method/remind/wake") == 1, "the whole reminder did not come");
        app.Count(Callback).ShouldBe(0);
        Scalar("SELECT COUNT(*) FROM quarantine WHERE source = 'actor_reminders'").ShouldBe(1L);
        Scalar("SELECT COUNT(*) FROM actor_reminders WHERE id = '1'").ShouldBe(0L);
    }

    private async Task<ActorSidecar> StartAsync(ActorApp app)
    {
        var sidecar = await ActorSidecar.StartAsync(app, _time, File);
        await sidecar.ActivateAsync("Counter/1");
        return sidecar;
    }

    private static Task<string> SetAsync(ActorSidecar sidecar, string body) => sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, Path_, body);

    private Task CountAsync(ActorApp app, int count, TimeSpan? step = null) => Eventually.WhileTimePasses(
        _time, step ?? TimeSpan.FromMilliseconds(250), () => app.Count(Callback) >= count, $"the reminder did not come {count} time(s)");

    private void Pass(TimeSpan time)
    {
        for (var i = 0; i < time.TotalSeconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task GoneAsync(ActorSidecar sidecar) => await Eventually.True(
        async () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            using var response = await sidecar.Client.GetAsync(Path_);
            return response.StatusCode == HttpStatusCode.NotFound;
        },
        "the reminder is still there");

    private DateTimeOffset Due() => JsonNode.Parse((byte[])Scalar("SELECT payload FROM actor_reminders"))!["DueAt"]!.GetValue<DateTimeOffset>();

    private object Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
}
