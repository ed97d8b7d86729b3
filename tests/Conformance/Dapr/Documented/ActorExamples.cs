using System.Net;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>https://docs.dapr.io/reference/api/actors_api/</summary>
public sealed class ActorExamples(DocumentedWorld world) : IClassFixture<DocumentedWorld>
{
    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task A_method_is_called_at_the_app(string verb)
    {
        var answer = (await world.SendAsync(new HttpMethod(verb), $"/v1.0/actors/stormtrooper/50{verb}/method/shoot", """{"target":"Luke"}""")).ShouldBe(HttpStatusCode.OK);
        answer.Json.GetProperty("with").GetProperty("target").GetString().ShouldBe("Luke");
        var call = (await world.ReceivedAsync($"/actors/stormtrooper/50{verb}/method/shoot", "Luke")).Single();
        call.Method.ShouldBe("PUT");
    }

    [Fact]
    public async Task A_path_with_two_slashes_is_understood() =>
        (await world.SendAsync(HttpMethod.Put, "//v1.0/actors/stormtrooper/51/method/shoot")).ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task A_method_that_fails_is_an_error() =>
        (await world.PostAsync("/v1.0/actors/stormtrooper/52/method/fail")).ShouldBeError(HttpStatusCode.InternalServerError, "ERR_ACTOR_INVOKE_METHOD");

    [Fact]
    public async Task State_is_changed_in_transactions_and_read_key_by_key()
    {
        await world.PostAsync("/v1.0/actors/stormtrooper/53/method/shoot");
        (await world.PostAsync("/v1.0/actors/stormtrooper/53/state",
            """[{"operation":"upsert","request":{"key":"key1","value":"myData"}},{"operation":"delete","request":{"key":"key2"}}]""")).ShouldBe(HttpStatusCode.NoContent);
        (await world.GetAsync("/v1.0/actors/stormtrooper/53/state/key1")).ShouldBe(HttpStatusCode.OK).Body.ShouldBe("\"myData\"");
        (await world.GetAsync("/v1.0/actors/stormtrooper/53/state/key2")).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task State_of_an_actor_that_is_not_active_is_refused() =>
        (await world.GetAsync("/v1.0/actors/stormtrooper/never/state/key1")).ShouldBeError(HttpStatusCode.BadRequest, "ERR_ACTOR_INSTANCE_MISSING");

    [Fact]
    public async Task A_reminder_is_made_read_fired_and_deleted()
    {
        const string Path = "/v1.0/actors/stormtrooper/54/reminders/checkRebels";
        (await world.PostAsync(Path, """{"data":"someData","dueTime":"0h0m0s","period":"1s"}""")).ShouldBe(HttpStatusCode.NoContent);
        var reminder = (await world.GetAsync(Path)).ShouldBe(HttpStatusCode.OK).Json;
        reminder.GetProperty("data").GetString().ShouldBe("someData");
        reminder.GetProperty("period").GetString().ShouldNotBeNullOrEmpty();
        var call = (await world.ReceivedAsync("/actors/stormtrooper/54/method/remind/checkRebels", "someData", count: 2))[0];
        call.Method.ShouldBe("PUT");
        call.Json.GetProperty("data").GetString().ShouldBe("someData");
        (await world.DeleteAsync(Path)).ShouldBe(HttpStatusCode.NoContent);
        (await world.GetAsync(Path)).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_timer_is_made_fired_and_deleted()
    {
        const string Path = "/v1.0/actors/stormtrooper/55/timers/checkRebels";
        await world.PostAsync("/v1.0/actors/stormtrooper/55/method/shoot");
        (await world.PostAsync(Path, """{"data":"someData","dueTime":"0h0m0s","period":"1s","callback":"myEventHandler"}""")).ShouldBe(HttpStatusCode.NoContent);
        var call = (await world.ReceivedAsync("/actors/stormtrooper/55/method/timer/checkRebels", "someData", count: 2))[0];
        call.Json.GetProperty("callback").GetString().ShouldBe("myEventHandler");
        (await world.DeleteAsync(Path)).ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_reminder_that_is_written_wrongly_is_refused() =>
        (await world.PostAsync("/v1.0/actors/stormtrooper/56/reminders/bad", """{"dueTime":"soon"}""")).Status.ShouldBeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.InternalServerError);
}
