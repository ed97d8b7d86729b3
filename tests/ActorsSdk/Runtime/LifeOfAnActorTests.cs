using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Serverless.ActorsSdk.Tests.Actors;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Runtime;

public sealed class LifeOfAnActorTests
{
    private const string Work = "actors/LifeActor/a/method/WorkAsync";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly LifeEvents _events = new();

    [Fact]
    public async Task The_first_call_activates_and_a_delete_ends_it_all()
    {
        await using var app = await StartAsync();
        await Ok(app.PutAsync(Work, "\"one\""));
        await Ok(app.PutAsync(Work, "\"two\""));
        await Ok(app.Http.DeleteAsync(new Uri("actors/LifeActor/a", UriKind.Relative)));
        _events.Seen.ShouldBe(
        [
            "constructed", "activate",
            "before ActorInterfaceMethod WorkAsync", "one", "after",
            "before ActorInterfaceMethod WorkAsync", "two", "after",
            "deactivate", "disposed", "scope disposed",
        ]);
    }

    [Fact]
    public async Task Ending_an_actor_that_is_not_active_is_fine()
    {
        await using var app = await StartAsync();
        await Ok(app.Http.DeleteAsync(new Uri("actors/LifeActor/never", UriKind.Relative)));
        _events.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failed_activation_leaves_nothing_behind()
    {
        await using var app = await StartAsync();
        _events.Steps["activate"] = _ => throw new InvalidOperationException("not today");
        (await app.PutAsync(Work, "\"one\"")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        _events.Seen.ShouldBe(["constructed", "activate", "disposed", "scope disposed"]);

        _events.Steps.Clear();
        _events.Seen.Clear();
        await Ok(app.PutAsync(Work, "\"one\""));
        _events.Seen.ShouldBe(["constructed", "activate", "before ActorInterfaceMethod WorkAsync", "one", "after"]);
    }

    [Fact]
    public async Task Of_two_activations_at_once_one_instance_stays_and_serves_both()
    {
        await using var app = await StartAsync();
        using var both = new CountdownEvent(2);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _events.Steps["activate"] = _ =>
        {
            if (both.Signal())
            {
                arrived.SetResult();
            }

            return arrived.Task;
        };
        var served = new HashSet<LifeActor>(ReferenceEqualityComparer.Instance);
        _events.Steps["work"] = actor =>
        {
            lock (served)
            {
                served.Add(actor);
            }

            return Task.CompletedTask;
        };

        await Task.WhenAll(Ok(app.PutAsync(Work, "\"work\"")), Ok(app.PutAsync(Work, "\"work\""))).WaitAsync(Patience);

        served.Count.ShouldBe(1, "two instances served");
        _events.Seen.Count(seen => seen == "constructed").ShouldBe(2);
        _events.Seen.Count(seen => seen == "deactivate").ShouldBe(1);
        _events.Seen.Count(seen => seen == "disposed").ShouldBe(1);
    }

    [Fact]
    public async Task Each_instance_has_a_scope_of_its_own()
    {
        await using var app = await StartAsync();
        var scopes = new List<LifeScope>();
        _events.Steps["look"] = actor =>
        {
            scopes.Add(actor.Scope);
            return Task.CompletedTask;
        };
        await Ok(app.PutAsync("actors/LifeActor/a/method/WorkAsync", "\"look\""));
        await Ok(app.PutAsync("actors/LifeActor/b/method/WorkAsync", "\"look\""));
        await Ok(app.PutAsync("actors/LifeActor/A/method/WorkAsync", "\"look\""));
        scopes.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Timers_and_reminders_are_calls_with_all_that_belongs_to_one()
    {
        await using var app = await StartAsync();
        await Ok(app.PutAsync("actors/LifeActor/a/method/remind/r1", """{"dueTime":"0h0m1s0ms","period":"","data":""}"""));
        using var timer = await app.PutAsync("actors/LifeActor/a/method/timer/t1", """{"dueTime":"0h0m1s0ms","period":"0h0m1s0ms","callback":"TickAsync"}""");
        (await timer.Content.ReadAsStringAsync()).ShouldBe("false");
        timer.Content.Headers.ContentType!.ToString().ShouldBe("application/json");
        _events.Seen.ShouldBe(
        [
            "constructed", "activate",
            "before ReminderMethod ReceiveReminderAsync", "remind r1", "after",
            "before TimerMethod FireTimerAsync", "tick", "after",
        ]);
    }

    [Fact]
    public async Task A_call_that_throws_is_500_without_a_body_and_is_logged()
    {
        await using var app = await StartAsync();
        _events.Steps["one"] = _ => throw new InvalidOperationException("boom");
        using var reply = await app.PutAsync(Work, "\"one\"");
        reply.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await reply.Content.ReadAsStringAsync()).ShouldBeEmpty();
        _events.Seen.ShouldBe(["constructed", "activate", "before ActorInterfaceMethod WorkAsync", "one", "failed boom"]);
        app.Log.Entries.ShouldContain(entry => entry.Message.Contains("WorkAsync of actor LifeActor/a failed") && entry.Exception!.Message == "boom");
    }

    [Theory]
    [InlineData("actors/Nobody/a/method/WorkAsync")]
    [InlineData("actors/LifeActor/a/method/Unknown")]
    public async Task A_type_or_method_that_is_not_there_is_500(string path)
    {
        await using var app = await StartAsync();
        (await app.PutAsync(path, "\"one\"")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        _events.Seen.ShouldBeEmpty();
    }

    private Task<ActorApp> StartAsync() => ActorApp.StartAsync(
        options => options.Actors.RegisterActor<LifeActor>(),
        services => services.AddSingleton(_events).AddScoped<LifeScope>());

    private static async Task Ok(Task<HttpResponseMessage> call)
    {
        using var reply = await call;
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
