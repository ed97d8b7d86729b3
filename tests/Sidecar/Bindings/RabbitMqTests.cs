using Microsoft.AspNetCore.Http;
using RabbitMQ.Client;
using Serverless.Sidecar.Tests.Components;
using Serverless.Tests.Servers;

namespace Serverless.Sidecar.Tests.Bindings;

public sealed class RabbitMqTests(RabbitMqBroker broker) : IClassFixture<RabbitMqBroker>, IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestApp _app = new();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_goes_through_the_queue_is_requeued_when_refused_and_acknowledged_when_taken()
    {
        var calls = 0;
        _app.On("/jobs", _ => Interlocked.Increment(ref calls) == 1 ? Results.StatusCode(500) : Results.Ok());
        await using (var sidecar = await StartAsync("requeued", ("prefetchCount", "4")))
        {
            await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": {"n": 1}}""");
            var both = await _app.WaitAsync(2, "/jobs");
            both.Select(call => call.Headers["redelivered"]).ShouldBe(["false", "true"]);
            both[1].Json["n"]!.GetValue<int>().ShouldBe(1);
            await EmptyAsync("requeued");
        }
    }

    [Fact]
    public async Task Reading_and_writing_go_on_after_the_broker_was_restarted_and_durable_messages_are_there()
    {
        _app.On("/jobs", _ => Results.Ok());
        await using var sidecar = await StartAsync("restarted");
        await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": "before"}""");
        await _app.WaitAsync(1, "/jobs");
        await _app.StopAsync();
        await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": "kept"}""");

        await broker.RestartAsync();
        await _app.StartAsync();

        await _app.WaitAsync(1, request => request.Body.Contains("kept", StringComparison.Ordinal), "the durable message");
        await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": "after"}""");
        await _app.WaitAsync(1, request => request.Body.Contains("after", StringComparison.Ordinal), "the message after the restart");
    }

    private async Task<TestSidecar> StartAsync(string queue, params (string, string)[] more)
    {
        await _app.StartAsync();
        _folder.Component("jobs", "bindings.rabbitmq", [("host", broker.Address), ("queueName", queue), ("durable", "true"), ("direction", "input, output"), .. more]);
        return await TestSidecar.StartAsync(_folder, [_app.As("app")]);
    }

    private async Task EmptyAsync(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Address) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await channel.MessageCountAsync(queue) > 0)
        {
            patience.IsCancellationRequested.ShouldBeFalse("the message was not acknowledged");
        }
    }
}
