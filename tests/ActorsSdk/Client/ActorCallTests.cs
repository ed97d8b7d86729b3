using System.Net;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Serverless.ActorsSdk.Tests.Actors;
using Serverless.ActorsSdk.Tests.Wire;

namespace Serverless.ActorsSdk.Tests.Client;

public sealed class ActorCallTests
{
    [Theory]
    [InlineData(401, "")]
    [InlineData(403, """{"errorCode":"ERR_PERMISSION_DENIED","message":"no"}""")]
    public async Task A_refused_token_is_an_authentication_error(int status, string body) =>
        (await FailAsync<AuthenticationException>(status, body)).Message.ShouldBe("Invalid client credentials");

    [Fact]
    public async Task An_error_of_the_sidecar_keeps_its_code_and_message()
    {
        var error = await FailAsync<DaprApiException>(500, """{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"did not find address for actor"}""");
        (error.ErrorCode, error.Message, error.IsTransient).ShouldBe(("ERR_ACTOR_INVOKE_METHOD", "did not find address for actor", false));
    }

    [Fact]
    public async Task A_404_without_a_body_says_that_it_does_not_exist() =>
        (await FailAsync<DaprApiException>(404, "")).ErrorCode.ShouldBe("ERR_DOES_NOT_EXIST");

    [Fact]
    public async Task A_body_that_is_no_error_of_dapr_is_kept_as_the_cause()
    {
        var error = await FailAsync<DaprApiException>(502, "<html>bad gateway</html>");
        error.ErrorCode.ShouldBe("UNKNOWN");
        error.Message.ShouldContain("502");
        error.InnerException.ShouldBeAssignableTo<JsonException>();
    }

    [Fact]
    public async Task A_sidecar_that_does_not_answer_ends_the_call_at_its_deadline()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        sidecar.Intercept = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        var proxy = new ActorProxyFactory(new ActorProxyOptions { HttpEndpoint = sidecar.Endpoint, RequestTimeout = TimeSpan.FromMilliseconds(200) }).Create(new ActorId("a"), "T");
        (await Record.ExceptionAsync(() => proxy.InvokeMethodAsync("M"))).ShouldBeOfType<TaskCanceledException>().InnerException.ShouldBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task The_token_is_sent_and_the_default_endpoint_s_slash_is_not_doubled()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        var paths = new List<string>();
        sidecar.Intercept = context =>
        {
            paths.Add($"{context.Request.Path} {context.Request.Headers["dapr-api-token"]}");
            return Task.FromResult(true);
        };
        await new ActorProxyFactory(new ActorProxyOptions { HttpEndpoint = sidecar.Endpoint + "/", DaprApiToken = "secret" }).Create(new ActorId("a"), "T").InvokeMethodAsync("M");
        paths.ShouldBe(["/v1.0/actors/T/a/method/M secret"]);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    public async Task An_id_that_would_change_the_url_is_refused(string id) =>
        await Should.ThrowAsync<ArgumentException>(() => new ActorProxyFactory().Create(new ActorId(id), "T").InvokeMethodAsync("M"));

    [Fact]
    public async Task A_weak_call_without_an_answer_gives_the_default()
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        sidecar.Intercept = _ => Task.FromResult(true);
        (await new ActorProxyFactory(new ActorProxyOptions { HttpEndpoint = sidecar.Endpoint }).Create(new ActorId("a"), "T").InvokeMethodAsync<int>("M")).ShouldBe(0);
    }

    [Fact]
    public async Task Records_extension_data_and_several_interfaces_go_round_with_json_of_one_s_own()
    {
        var json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new JsonStringEnumConverter() } };
        await using var app = await ActorApp.StartAsync(options =>
        {
            options.Actors.RegisterActor<TwoFaced>();
            options.JsonSerializerOptions = json;
        });
        var sent = new Parcel("p", DayOfWeek.Friday) { Rest = new() { ["extra"] = JsonSerializer.SerializeToElement(5) } };
        var back = await app.Proxies.CreateActorProxy<IParcelActor>(new ActorId("a"), nameof(TwoFaced)).SendAsync(sent, 2);
        (back.FullName, back.Day, back.Rest!["extra"].GetInt32()).ShouldBe(("p2", DayOfWeek.Friday, 5));
        (await app.Proxies.CreateActorProxy<IDoublingActor>(new ActorId("a"), nameof(TwoFaced)).DoubleAsync(4)).ShouldBe(8);
        app.Sidecar.Log.ShouldContain("""    |{"value":{"the_parcel":{"full_name":"p","day":"Friday","extra":5},"how_many":2}}|""");
        app.Sidecar.Log.ShouldContain("""    |{"value":{"ret_val":{"full_name":"p2","day":"Friday","extra":5}}}|""");
    }

    [Fact]
    public async Task A_typed_call_with_a_null_value_or_missing_arguments_gets_the_defaults()
    {
        await using var app = await ActorApp.StartAsync(options => options.Actors.RegisterActor<CounterActor>());
        (await TypedAsync(app, "DoubleAsync", """{"value":null}""")).ShouldBe("""{"value":{"retVal":0}}""");
        (await TypedAsync(app, "DoubleAsync", """{"value":{"other":[1,{"a":2}],"VALUE":21}}""")).ShouldBe("""{"value":{"retVal":42}}""");
    }

    [Fact]
    public async Task A_typed_call_in_another_format_fails_with_what_to_do()
    {
        await using var app = await ActorApp.StartAsync(options => options.Actors.RegisterActor<CounterActor>());
        var reply = await TypedAsync(app, "DoubleAsync", "[]");
        reply.ShouldContain("set UseJsonSerialization = true on both");
        reply.ShouldContain(typeof(JsonException).FullName!);
    }

    private static async Task<string> TypedAsync(ActorApp app, string method, string body)
    {
        var call = new Dapr.Actors.Contracts.ActorMethod(typeof(IDoublingActor).GetMethod(method)!, Dapr.Actors.Contracts.RemotingId.Of(typeof(IDoublingActor)));
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"actors/CounterActor/a/method/{method}", UriKind.Relative)) { Content = new StringContent(body) };
        request.Headers.Add("X-DaprRequestHeader", Dapr.Actors.Communication.RemotingHeader.Write(call, "a", "CounterActor"));
        using var reply = await app.Http.SendAsync(request);
        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        return Encoding.UTF8.GetString(await reply.Content.ReadAsByteArrayAsync());
    }

    private static async Task<T> FailAsync<T>(int status, string body)
        where T : Exception
    {
        await using var sidecar = await FakeSidecar.StartAsync();
        sidecar.AlwaysAnswer(status, body);
        var proxy = new ActorProxyFactory(new ActorProxyOptions { HttpEndpoint = sidecar.Endpoint }).Create(new ActorId("a"), "T");
        return await Should.ThrowAsync<T>(() => proxy.InvokeMethodAsync("M"));
    }

    public sealed record Parcel(string FullName, DayOfWeek Day)
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Rest { get; init; }
    }

    public interface IParcelActor : IActor
    {
        Task<Parcel> SendAsync(Parcel theParcel, int howMany);
    }

    public sealed class TwoFaced(ActorHost host) : Actor(host), IParcelActor, IDoublingActor
    {
        public Task<Parcel> SendAsync(Parcel theParcel, int howMany) => Task.FromResult(theParcel with { FullName = theParcel.FullName + howMany });

        public Task<int> DoubleAsync(int value) => Task.FromResult(value * 2);
    }
}
