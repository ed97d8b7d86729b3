using Azure;
using Azure.Storage;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Dapr.Sidecar.Components;

namespace Dapr.Sidecar.Bindings;

/// <summary>How messages of a storage queue are read and written.</summary>
internal sealed record StorageQueueSettings(TimeSpan TimeToLive, bool DecodeBase64, bool EncodeBase64, TimeSpan PollingInterval, TimeSpan VisibilityTimeout, TimeSpan InitialDelay);

/// <summary>
/// <c>bindings.azure.storagequeues</c>: a queue of Azure Storage. A message is invisible to others while the app handles it, is deleted
/// after the app took it, and becomes visible again otherwise.
/// </summary>
internal sealed partial class StorageQueueBinding(QueueClient queue, StorageQueueSettings settings, TimeProvider time, ILogger<StorageQueueBinding> logger) : IOutputBinding, IInputBinding
{
    private const int MessagesAtOnce = 16;

    public static readonly ComponentType Type = new("bindings.azure.storagequeues", CreateAsync)
    {
        Properties =
        [
            .. BindingDirection.Properties, "accountName", "storageAccount", "accountKey", "storageAccessKey", "connectionString", "queueName", "queue", "queueEndpointUrl",
            "queueEndpoint", "ttlInSeconds", "decodeBase64", "encodeBase64", "pollingInterval", "visibilityTimeout", "initialVisibilityDelay",
        ],
        Ignored = ["azureEnvironment"],
    };

    public IReadOnlyList<string> Operations { get; } = ["create"];

    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellation)
    {
        var content = request.Content();
        await queue.SendMessageAsync(
            settings.EncodeBase64 ? BinaryData.FromString(Convert.ToBase64String(content)) : BinaryData.FromBytes(content),
            settings.InitialDelay, request.TimeToLive() ?? settings.TimeToLive, cancellation);
        return BindingResult.Empty;
    }

    public async Task ReadAsync(Func<BindingEvent, CancellationToken, Task<bool>> handle, CancellationToken cancellation)
    {
        var underWay = new List<Task>();
        try
        {
            while (true)
            {
                underWay.RemoveAll(task => task.IsCompleted);
                QueueMessage[] messages = underWay.Count < MessagesAtOnce
                    ? await queue.ReceiveMessagesAsync(MessagesAtOnce - underWay.Count, settings.VisibilityTimeout, cancellation)
                    : [];
                underWay.AddRange(messages.Select(message => HandleAsync(message, handle, cancellation)));
                if (messages.Length == 0)
                {
                    var wait = Task.Delay(settings.PollingInterval, time, cancellation);
                    await (underWay.Count < MessagesAtOnce ? wait : Task.WhenAny(underWay));
                }
            }
        }
        finally
        {
            await Task.WhenAll(underWay);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<IComponent> CreateAsync(ComponentContext context)
    {
        var properties = context.Properties;
        BindingDirection.Check(properties, "input", "output");
        var name = properties.Required("queueName", "queue");
        QueueClient queue;
        try
        {
            queue = properties.Text("connectionString") is { } connection
                ? new QueueClient(connection, name)
                : new QueueClient(new Uri(Endpoint(properties).TrimEnd('/') + "/" + name), new StorageSharedKeyCredential(Account(properties), Key(properties)));
        }
        catch (FormatException error)
        {
            throw properties.Error($"the account, its key or the address of the queue is not valid: {error.Message}");
        }

        await queue.CreateIfNotExistsAsync(cancellationToken: context.Cancellation);
        var settings = new StorageQueueSettings(
            TimeSpan.FromSeconds(properties.Number("ttlInSeconds", -1, int.MaxValue) ?? 600),
            properties.Flag("decodeBase64", otherwise: false),
            properties.Flag("encodeBase64", otherwise: false),
            AtLeast(properties, "pollingInterval", TimeSpan.FromMilliseconds(100)) ?? TimeSpan.FromSeconds(10),
            AtLeast(properties, "visibilityTimeout", TimeSpan.FromSeconds(1)) ?? TimeSpan.FromSeconds(30),
            properties.Duration("initialVisibilityDelay") ?? TimeSpan.Zero);
        return new StorageQueueBinding(queue, settings, context.Time, context.Logger<StorageQueueBinding>());
    }

    private static string Account(ComponentProperties properties) => properties.Required("accountName", "storageAccount");

    private static string Key(ComponentProperties properties) => properties.Required("accountKey", "storageAccessKey");

    private static string Endpoint(ComponentProperties properties) =>
        properties.Text("queueEndpointUrl", "queueEndpoint") ?? $"https://{Account(properties)}.queue.core.windows.net";

    private static TimeSpan? AtLeast(ComponentProperties properties, string name, TimeSpan least) =>
        properties.Duration(name) is not { } value || value >= least ? properties.Duration(name) : throw properties.Error(name, $"must be {least.TotalSeconds} s or more");

    private async Task HandleAsync(QueueMessage message, Func<BindingEvent, CancellationToken, Task<bool>> handle, CancellationToken cancellation)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var renewal = KeepInvisibleAsync(message, done.Token);
        try
        {
            var taken = await handle(ToEvent(message), cancellation);
            await done.CancelAsync();
            var receipt = await renewal;
            if (taken)
            {
                await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is RequestFailedException or OperationCanceledException)
        {
            LogNotDeleted(queue.Name, message.MessageId, error.Message);
        }
        finally
        {
            await done.CancelAsync();
            await renewal;
        }
    }

    /// <summary>Makes a message stay invisible while it is handled; gives the receipt that deletes it.</summary>
    private async Task<string> KeepInvisibleAsync(QueueMessage message, CancellationToken cancellation)
    {
        var receipt = message.PopReceipt;
        try
        {
            while (true)
            {
                await Task.Delay(settings.VisibilityTimeout / 2, time, cancellation);
                var updated = await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: settings.VisibilityTimeout, cancellationToken: CancellationToken.None);
                receipt = updated.Value.PopReceipt;
            }
        }
        catch (OperationCanceledException)
        {
            return receipt;
        }
        catch (RequestFailedException error)
        {
            LogNotRenewed(queue.Name, message.MessageId, error.Message);
            return receipt;
        }
    }

    private BindingEvent ToEvent(QueueMessage message)
    {
        var data = message.Body.ToArray();
        if (settings.DecodeBase64)
        {
            try
            {
                data = Convert.FromBase64String(message.Body.ToString());
            }
            catch (FormatException)
            {
                // Not base64 after all: the app gets it as it is, and may refuse it.
                LogNotBase64(queue.Name, message.MessageId);
            }
        }

        return new BindingEvent(data, new Dictionary<string, string>
        {
            ["messageID"] = message.MessageId,
            ["dequeueCount"] = message.DequeueCount.ToString(),
            ["insertionTime"] = message.InsertedOn?.ToString("r") ?? "",
            ["expirationTime"] = message.ExpiresOn?.ToString("r") ?? "",
        });
    }

    [LoggerMessage(355, LogLevel.Warning, "Queue {Queue}: message {Message} was not deleted and comes again: {Reason}")]
    private partial void LogNotDeleted(string queue, string message, string reason);

    [LoggerMessage(356, LogLevel.Warning, "Queue {Queue}: message {Message} may be handled twice, since it could not be kept invisible: {Reason}")]
    private partial void LogNotRenewed(string queue, string message, string reason);

    [LoggerMessage(357, LogLevel.Warning, "Queue {Queue}: message {Message} is no base64, although decodeBase64 is set.")]
    private partial void LogNotBase64(string queue, string message);
}
