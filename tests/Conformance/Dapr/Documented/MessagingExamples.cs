using System.Net;
using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Documented;

/// <summary>https://docs.dapr.io/reference/api/pubsub_api/, bindings_api/ and service_invocation_api/</summary>
public sealed class MessagingExamples(DocumentedWorld world) : IClassFixture<DocumentedWorld>
{
    [Fact]
    public async Task A_message_reaches_its_subscriber_in_an_envelope()
    {
        var id = SdkWorld.NewId("m");
        (await world.PostAsync("/v1.0/publish/pubsub/deathStarStatus", $$$"""{"status":"completed","id":"{{{id}}}"}""")).ShouldBe(HttpStatusCode.NoContent);
        var call = (await world.ReceivedAsync("/dsstatus", id)).Single();
        call.Method.ShouldBe("POST");
        call.ContentType.ShouldNotBeNull().ShouldStartWith("application/cloudevents+json");
        var envelope = call.Json;
        envelope.GetProperty("data").GetProperty("status").GetString().ShouldBe("completed");
        envelope.GetProperty("specversion").GetString().ShouldBe("1.0");
        envelope.GetProperty("type").GetString().ShouldBe("com.dapr.event.sent");
        envelope.GetProperty("topic").GetString().ShouldBe("deathStarStatus");
        envelope.GetProperty("pubsubname").GetString().ShouldBe("pubsub");
        envelope.GetProperty("datacontenttype").GetString().ShouldBe("application/json");
        envelope.GetProperty("source").GetString().ShouldBe(DocumentedWorld.AppId);
        envelope.GetProperty("id").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_message_that_the_app_could_not_take_comes_again()
    {
        var id = SdkWorld.NewId("m");
        await world.RefuseAsync("/dsstatus", times: 1);
        (await world.PostAsync("/v1.0/publish/pubsub/deathStarStatus", $$$"""{"id":"{{{id}}}"}""")).ShouldBe(HttpStatusCode.NoContent);
        await world.ReceivedAsync("/dsstatus", id, count: 2);
    }

    [Fact]
    public async Task A_cloud_event_of_the_publisher_is_kept()
    {
        var id = SdkWorld.NewId("m");
        (await world.SendAsync(HttpMethod.Post, "/v1.0/publish/pubsub/deathStarStatus",
            $$$"""{"specversion":"1.0","type":"com.dapr.cloudevent.sent","source":"testcloudeventspubsub","subject":"Cloud Events Test","id":"{{{id}}}","datacontenttype":"application/cloudevents+json","data":{"status":"own"}}""",
            "application/cloudevents+json")).ShouldBe(HttpStatusCode.NoContent);
        var envelope = (await world.ReceivedAsync("/dsstatus", id)).Single().Json;
        envelope.GetProperty("id").GetString().ShouldBe(id);
        envelope.GetProperty("source").GetString().ShouldBe("testcloudeventspubsub");
    }

    [Fact]
    public async Task A_pubsub_that_is_not_there_is_an_error() =>
        (await world.PostAsync("/v1.0/publish/nopubsub/topic", "{}")).ShouldBeError(HttpStatusCode.NotFound, "ERR_PUBSUB_NOT_FOUND");

    [Fact]
    public async Task An_output_binding_does_its_operations()
    {
        var file = $"{SdkWorld.NewId("file")}.txt";
        (await world.PostAsync("/v1.0/bindings/files", $$$"""{"operation":"create","data":"Hello World","metadata":{"fileName":"{{{file}}}"}}""")).ShouldBe(HttpStatusCode.OK);
        (await world.PostAsync("/v1.0/bindings/files", $$$"""{"operation":"get","metadata":{"fileName":"{{{file}}}"}}""")).ShouldBe(HttpStatusCode.OK).Body.ShouldContain("Hello World");
        (await world.PostAsync("/v1.0/bindings/files", """{"operation":"list"}""")).ShouldBe(HttpStatusCode.OK).Body.ShouldContain(file);
        (await world.PostAsync("/v1.0/bindings/files", $$$"""{"operation":"delete","metadata":{"fileName":"{{{file}}}"}}""")).Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_binding_that_is_not_there_is_an_error() =>
        (await world.PostAsync("/v1.0/bindings/nobinding", """{"operation":"create","data":"x"}""")).ShouldBeError(HttpStatusCode.InternalServerError, "ERR_INVOKE_OUTPUT_BINDING");

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task An_app_s_method_is_invoked_with_its_verb_headers_and_body(string verb)
    {
        var body = verb is "GET" or "DELETE" ? null : """{"amount":10}""";
        var answer = (await world.SendAsync(new HttpMethod(verb), $"/v1.0/invoke/{DocumentedWorld.AppId}/method/checkout?discount=1", body, headers: ("x-colour", "blue"))).ShouldBe(HttpStatusCode.OK);
        answer.Json.GetProperty("verb").GetString().ShouldBe(verb);
        answer.Json.GetProperty("header").GetString().ShouldBe("blue");
        (await world.ReceivedAsync("/checkout", "")).ShouldContain(call => call.Method == verb && call.Query == "?discount=1");
    }

    [Fact]
    public async Task An_app_s_status_is_passed_on() =>
        (await world.PostAsync($"/v1.0/invoke/{DocumentedWorld.AppId}/method/teapot")).ShouldBe((HttpStatusCode)418).Body.ShouldBe("short and stout");

    [Fact]
    public async Task An_app_can_be_named_by_a_header() =>
        (await world.SendAsync(HttpMethod.Post, "/checkout", """{"amount":3}""", headers: ("dapr-app-id", DocumentedWorld.AppId))).ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task An_app_that_is_not_there_is_an_error() =>
        (await world.PostAsync("/v1.0/invoke/nobody/method/checkout")).ShouldBeError(HttpStatusCode.InternalServerError, "ERR_DIRECT_INVOKE");
}
