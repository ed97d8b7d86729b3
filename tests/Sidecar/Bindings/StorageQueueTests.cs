using Azure.Storage;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Serverless.Sidecar.Tests.Components;
using Serverless.Tests.Servers;

namespace Serverless.Sidecar.Tests.Bindings;

public sealed class StorageQueueTests(AzuriteQueues azurite) : IClassFixture<AzuriteQueues>, IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly TestApp _app = new();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_goes_through_the_queue_to_the_app_and_is_deleted_once_it_was_taken()
    {
        _app.On("/jobs", _ => Results.Ok());
        await using var sidecar = await StartAsync("through", ("encodeBase64", "true"), ("decodeBase64", "true"));

        await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": {"n": 1}, "metadata": {"ttlInSeconds": "3600"}}""");

        var call = (await _app.WaitAsync(1, "/jobs"))[0];
        call.Json["n"]!.GetValue<int>().ShouldBe(1);
        call.Headers["messageID"].ShouldNotBeEmpty();
        await EmptyAsync(Queue("through"));
    }

    [Fact]
    public async Task A_message_that_the_app_refuses_becomes_visible_again_with_its_count()
    {
        var calls = 0;
        _app.On("/jobs", _ => Interlocked.Increment(ref calls) == 1 ? Results.StatusCode(500) : Results.Ok());
        await using var sidecar = await StartAsync("again", ("visibilityTimeout", "1s"));

        await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": "work"}""");

        var both = await _app.WaitAsync(2, "/jobs");
        both.Select(call => call.Headers["dequeueCount"]).ShouldBe(["1", "2"]);
        both[1].Body.ShouldBe("work");
        await EmptyAsync(Queue("again"));
    }

    [Fact]
    public async Task A_message_that_takes_longer_than_its_visibility_timeout_is_handled_once()
    {
        var calls = 0;
        _app.On("/jobs", async _ =>
        {
            // Long enough for the message to be seen by another reader three times over, were it not kept invisible.
            Interlocked.Increment(ref calls);
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System);
            return Results.Ok();
        });
        await using var sidecar = await StartAsync("long", ("visibilityTimeout", "1s"));

        await sidecar.PostAsync("/v1.0/bindings/jobs", """{"operation": "create", "data": "work"}""");

        await EmptyAsync(Queue("long"));
        calls.ShouldBe(1);
    }

    private async Task<TestSidecar> StartAsync(string queue, params (string, string)[] more)
    {
        await _app.StartAsync();
        _folder.Component("jobs", "bindings.azure.storagequeues",
            [("accountName", Azurite.Account), ("accountKey", Azurite.Key), ("queueName", queue), ("queueEndpointUrl", azurite.Endpoint), ("pollingInterval", "100ms"), .. more]);
        return await TestSidecar.StartAsync(_folder, [_app.As("app")]);
    }

    private QueueClient Queue(string name) => new(new Uri($"{azurite.Endpoint}/{name}"), new StorageSharedKeyCredential(Azurite.Account, Azurite.Key));

    private static async Task EmptyAsync(QueueClient queue)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount > 0)
        {
            patience.IsCancellationRequested.ShouldBeFalse("the message was not deleted");
        }
    }
}
