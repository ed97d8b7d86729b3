using System.Text.RegularExpressions;
using Dapr.Actors.Client;
using Serverless.ActorsSdk.Tests.Actors;

namespace Serverless.ActorsSdk.Tests.Wire;

public sealed partial class GoldenWireTests
{
    /// <summary>golden.txt was written by the same calls, actor, and fake sidecar with the official packages.</summary>
    [Fact]
    public async Task Calls_and_replies_are_those_of_the_official_sdk_byte_for_byte()
    {
        await using var app = await ActorApp.StartAsync(options => options.Actors.RegisterActor<CounterActor>());
        var factory = new ActorProxyFactory(new ActorProxyOptions { HttpEndpoint = app.Sidecar.Endpoint, UseJsonSerialization = true });

        await WireCalls.RunAsync(factory, app.Sidecar.Log.Enqueue);

        var golden = await File.ReadAllLinesAsync(Clone.PathOf("tests", "ActorsSdk", "Wire", "golden.txt"));
        app.Sidecar.Log.Select(Mask).ShouldBe(golden.Skip(1));
    }

    private static string Mask(string line) => Line().Replace(Details().Replace(Uuid().Replace(line, "GUID"), "<b:Value>DETAILS<"), "Line Number: N");

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    [GeneratedRegex("<b:Value>[^<]+<")]
    private static partial Regex Details();

    [GeneratedRegex("Line Number: [0-9]+")]
    private static partial Regex Line();
}
