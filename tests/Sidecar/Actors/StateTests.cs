using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace Serverless.Sidecar.Tests.Actors;

public sealed class StateTests : IDisposable
{
    private const string State = "/v1.0/actors/Counter/1/state";
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-").FullName;

    private string File => Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_sets_and_removes_keys_of_one_actor(bool inMemory)
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, stateFile: inMemory ? null : File);
        await sidecar.ActivateAsync("Counter/1");
        await sidecar.ActivateAsync("Counter/2");

        await SaveAsync(sidecar, """[{"operation":"upsert","request":{"key":"a","value":{"n": 1.50}}},{"operation":"upsert","request":{"key":"b","value":null}}]""");
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/a")).ShouldBe("""{"n": 1.50}""");
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/b")).ShouldBe("null");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, "/v1.0/actors/Counter/2/state/a");

        await SaveAsync(sidecar, """[{"operation":"delete","request":{"key":"a"}},{"operation":"upsert","request":{"key":"b","value":"text"}}]""");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, $"{State}/a");
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/b")).ShouldBe("\"text\"");
    }

    [Fact]
    public async Task State_is_for_active_actors_of_the_app_that_asks()
    {
        await using var app = await ActorApp.StartAsync();
        await using var other = await ActorApp.StartAsync(config: """{"entities":["Other"]}""");
        await using var sidecar = await ActorSidecar.StartAsync(new Dictionary<string, int?> { ["app"] = app.Port, ["other"] = other.Port });
        using var otherClient = sidecar.ClientOf("other");

        (await sidecar.FailsAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"{State}/a")).ShouldBe(("ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing"));
        (await sidecar.FailsAsync(HttpStatusCode.BadRequest, HttpMethod.Put, State, "[]")).Code.ShouldBe("ERR_ACTOR_INSTANCE_MISSING");
        await sidecar.ActivateAsync("Counter/1");
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, $"{State}/a");
        (await otherClient.GetAsync($"{State}/a")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("no json", HttpStatusCode.BadRequest, "ERR_MALFORMED_REQUEST")]
    [InlineData("""[{"operation":"upsert","request":{"value":1}}]""", HttpStatusCode.BadRequest, "ERR_MALFORMED_REQUEST")]
    [InlineData("""[{"operation":"upsert","request":{"key":"a","value":1}},{"operation":"swap","request":{"key":"b"}}]""", HttpStatusCode.InternalServerError, "ERR_ACTOR_STATE_TRANSACTION_SAVE")]
    [InlineData("""[{"operation":"upsert","request":{"key":"a","value":1,"metadata":{"ttlInSeconds":"soon"}}}]""", HttpStatusCode.InternalServerError, "ERR_ACTOR_STATE_TRANSACTION_SAVE")]
    public async Task A_transaction_that_is_not_understood_changes_nothing(string body, HttpStatusCode status, string code)
    {
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app);
        await sidecar.ActivateAsync("Counter/1");

        (await sidecar.FailsAsync(status, HttpMethod.Put, State, body)).Code.ShouldBe(code);
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, $"{State}/a");
    }

    [Fact]
    public async Task A_value_with_a_time_to_live_says_when_it_ends_and_is_gone_then()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, time);
        await sidecar.ActivateAsync("Counter/1");
        await SaveAsync(sidecar, """[{"operation":"upsert","request":{"key":"a","value":1,"metadata":{"ttlInSeconds":"10"}}}]""");

        using var response = await sidecar.Client.GetAsync($"{State}/a");
        response.Headers.GetValues("Metadata.ttlExpireTime").ShouldBe(["2026-01-01T00:00:10Z"]);
        time.Advance(TimeSpan.FromSeconds(9));
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/a")).ShouldBe("1");
        time.Advance(TimeSpan.FromSeconds(1));
        await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Get, $"{State}/a");
    }

    [Fact]
    public async Task Setting_a_value_anew_without_a_time_to_live_keeps_it()
    {
        var time = new FakeTimeProvider();
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, time);
        await sidecar.ActivateAsync("Counter/1");
        await SaveAsync(sidecar, """[{"operation":"upsert","request":{"key":"a","value":1,"metadata":{"ttlInSeconds":"10"}}}]""");
        await SaveAsync(sidecar, """[{"operation":"upsert","request":{"key":"a","value":2}}]""");

        time.Advance(TimeSpan.FromSeconds(20));
        (await sidecar.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/a")).ShouldBe("2");
    }

    [Fact]
    public async Task Expired_rows_are_swept()
    {
        var time = new FakeTimeProvider();
        await using var app = await ActorApp.StartAsync();
        await using var sidecar = await ActorSidecar.StartAsync(app, time, File);
        await sidecar.ActivateAsync("Counter/1");
        await SaveAsync(sidecar, """[{"operation":"upsert","request":{"key":"a","value":1,"metadata":{"ttlInSeconds":"10"}}},{"operation":"upsert","request":{"key":"b","value":1}}]""");

        await Eventually.WhileTimePasses(time, TimeSpan.FromSeconds(20), () => Rows("SELECT COUNT(*) FROM actor_state") == 1, "the expired row is still there");
    }

    [Fact]
    public async Task A_damaged_row_is_an_error_that_names_it_until_it_is_written_anew_and_others_are_not_held_up()
    {
        await using var app = await ActorApp.StartAsync();
        await using (var sidecar = await ActorSidecar.StartAsync(app, stateFile: File))
        {
            await sidecar.ActivateAsync("Counter/1");
            await SaveAsync(sidecar, """[{"operation":"upsert","request":{"key":"a","value":1}},{"operation":"upsert","request":{"key":"b","value":2}}]""");
        }

        Rows("UPDATE actor_state SET value = '9' WHERE key = 'a'; SELECT changes()").ShouldBe(1);
        await using var again = await ActorSidecar.StartAsync(app, stateFile: File);
        await again.ActivateAsync("Counter/1");
        for (var i = 0; i < 2; i++)
        {
            var (code, message) = await again.FailsAsync(HttpStatusCode.InternalServerError, HttpMethod.Get, $"{State}/a");
            code.ShouldBe("ERR_ACTOR_STATE_GET");
            message.ShouldContain("\"a\" of actor Counter/1 is damaged");
        }

        (await again.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/b")).ShouldBe("2");
        Rows("SELECT COUNT(*) FROM quarantine").ShouldBe(1);
        await SaveAsync(again, """[{"operation":"upsert","request":{"key":"a","value":3}}]""");
        (await again.ExpectAsync(HttpStatusCode.OK, HttpMethod.Get, $"{State}/a")).ShouldBe("3");
    }

    [Fact]
    public async Task Any_sequence_of_transactions_leaves_what_a_dictionary_would_hold_after_a_restart_too()
    {
        var random = new Random(20260101);
        await using var app = await ActorApp.StartAsync();
        var model = new Dictionary<(string Actor, string Key), int>();
        for (var round = 0; round < 5; round++)
        {
            await using var sidecar = await ActorSidecar.StartAsync(app, stateFile: File);
            foreach (var actor in (string[])["1", "2", "3"])
            {
                await sidecar.ActivateAsync($"Counter/{actor}");
            }

            for (var step = 0; step < 40; step++)
            {
                var actor = $"{random.Next(1, 4)}";
                var changes = new JsonArray();
                for (var i = random.Next(4); i >= 0; i--)
                {
                    var (key, value) = ($"k{random.Next(5)}", random.Next());
                    var upsert = random.Next(3) > 0;
                    changes.Add(new JsonObject { ["operation"] = upsert ? "upsert" : "delete", ["request"] = new JsonObject { ["key"] = key, ["value"] = value } });
                    _ = upsert ? (model[(actor, key)] = value) : model.Remove((actor, key)) ? 1 : 0;
                }

                await sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, $"/v1.0/actors/Counter/{actor}/state", changes.ToJsonString());
            }

            foreach (var (actor, key) in from a in Enumerable.Range(1, 3) from k in Enumerable.Range(0, 5) select ($"{a}", $"k{k}"))
            {
                using var response = await sidecar.Client.GetAsync($"/v1.0/actors/Counter/{actor}/state/{key}");
                (await response.Content.ReadAsStringAsync()).ShouldBe(model.TryGetValue((actor, key), out var value) ? $"{value}" : "", $"{actor}/{key} in round {round}");
            }
        }
    }

    private static Task<string> SaveAsync(ActorSidecar sidecar, string body) => sidecar.ExpectAsync(HttpStatusCode.NoContent, HttpMethod.Put, State, body);

    private long Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
