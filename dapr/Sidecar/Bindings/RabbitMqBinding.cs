using Dapr.Sidecar.Components;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Dapr.Sidecar.Bindings;

/// <summary>How a RabbitMQ queue is declared, read and written.</summary>
internal sealed record RabbitMqSettings(string Queue, bool Durable, bool Exclusive, bool DeleteWhenUnused, ushort Prefetch, TimeSpan? TimeToLive, int? MaxPriority, string ContentType);

/// <summary>
/// <c>bindings.rabbitmq</c>: a queue of RabbitMQ. Publishing waits for the broker's confirmation; a message is acknowledged after the app
/// took it and requeued otherwise, a second later. Connections come back by themselves.
/// </summary>
internal sealed partial class RabbitMqBinding : IOutputBinding, IInputBinding
{
    private const ushort HandledAtOnce = 16;
    private static readonly TimeSpan RequeueWait = TimeSpan.FromSeconds(1);
    private readonly IConnection _connection;
    private readonly RabbitMqSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _publishing = new(1, 1);
    private IChannel? _publisher;

    public static readonly ComponentType Type = new("bindings.rabbitmq", CreateAsync)
    {
        Properties =
        [
            .. BindingDirection.Properties, "host", "queueName", "durable", "exclusive", "deleteWhenUnused", "prefetchCount", "ttlInSeconds", "maxPriority", "contentType",
        ],
        Ignored = ["reconnectWaitInSeconds", "externalSasl"],
    };

    private RabbitMqBinding(IConnection connection, RabbitMqSettings settings, TimeProvider time, ILogger logger) =>
        (_connection, _settings, _time, _logger) = (connection, settings, time, logger);

    public IReadOnlyList<string> Operations { get; } = ["create"];

    public async Task<BindingResult> InvokeAsync(BindingRequest request, CancellationToken cancellation)
    {
        var properties = new BasicProperties
        {
            ContentType = request.Metadata.GetValueOrDefault("contentType", _settings.ContentType),
            DeliveryMode = _settings.Durable ? DeliveryModes.Persistent : DeliveryModes.Transient,
            Expiration = request.TimeToLive() is { } life ? ((long)life.TotalMilliseconds).ToString() : null,
        };
        if (request.Metadata.TryGetValue("priority", out var priority))
        {
            properties.Priority = byte.TryParse(priority, out var number) ? number : throw new BadRequestException($"priority is \"{priority}\"; a number from 0 to 255 is needed");
        }

        // A channel is not for several threads at once.
        await _publishing.WaitAsync(cancellation);
        try
        {
            if (_publisher is not { IsOpen: true })
            {
                if (_publisher is { } closed)
                {
                    await closed.DisposeAsync();
                }

                _publisher = await OpenAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
            }

            await _publisher.BasicPublishAsync("", _settings.Queue, mandatory: true, properties, request.Data, cancellation);
        }
        finally
        {
            _publishing.Release();
        }

        return BindingResult.Empty;
    }

    public async Task ReadAsync(Func<BindingEvent, CancellationToken, Task<bool>> handle, CancellationToken cancellation)
    {
        await using var channel = await OpenAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, consumerDispatchConcurrency: HandledAtOnce), cancellation);
        await channel.BasicQosAsync(0, _settings.Prefetch, global: false, cancellation);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            ended.TrySetException(new IOException(reason.ReplyText));
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) => HandleAsync(channel, message, handle, cancellation);
        await channel.BasicConsumeAsync(_settings.Queue, autoAck: false, consumer, cancellation);

        // A channel that was lost is opened again by the caller; what was not acknowledged is requeued by the broker.
        await ended.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
        {
            await _publisher.DisposeAsync();
        }

        await _connection.DisposeAsync();
        _publishing.Dispose();
    }

    private static async Task<IComponent> CreateAsync(ComponentContext context)
    {
        var properties = context.Properties;
        BindingDirection.Check(properties, "input", "output");
        var life = properties.Number("ttlInSeconds", 0, int.MaxValue);
        var settings = new RabbitMqSettings(
            properties.Required("queueName"),
            properties.Flag("durable", otherwise: false),
            properties.Flag("exclusive", otherwise: false),
            properties.Flag("deleteWhenUnused", otherwise: false),
            (ushort)(properties.Number("prefetchCount", 0, ushort.MaxValue) ?? 0),
            life is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            properties.Number("maxPriority", 1, 255),
            properties.Text("contentType") ?? "text/plain");
        if (!Uri.TryCreate(properties.Required("host"), UriKind.Absolute, out var host) || host.Scheme is not ("amqp" or "amqps"))
        {
            throw properties.Error("host", "must be an address such as amqp://user:password@host:5672");
        }

        var factory = new ConnectionFactory { Uri = host, AutomaticRecoveryEnabled = true, TopologyRecoveryEnabled = false, NetworkRecoveryInterval = TimeSpan.FromSeconds(1) };
        try
        {
            var binding = new RabbitMqBinding(await factory.CreateConnectionAsync(context.Cancellation), settings, context.Time, context.Logger<RabbitMqBinding>());
            await using var channel = await binding.OpenAsync(new CreateChannelOptions(false, false), context.Cancellation);
            return binding;
        }
        catch (BrokerUnreachableException error)
        {
            // The address may hold a password.
            throw properties.Error("host", $"cannot be reached at {host.Host}:{host.Port}: {error.InnerException?.Message ?? error.Message}");
        }
    }

    private async Task<IChannel> OpenAsync(CreateChannelOptions options, CancellationToken cancellation)
    {
        var arguments = new Dictionary<string, object?>();
        if (_settings.TimeToLive is { } life)
        {
            arguments["x-message-ttl"] = (long)life.TotalMilliseconds;
        }

        if (_settings.MaxPriority is { } priority)
        {
            arguments["x-max-priority"] = priority;
        }

        var channel = await _connection.CreateChannelAsync(options, cancellation);
        await channel.QueueDeclareAsync(_settings.Queue, _settings.Durable, _settings.Exclusive, _settings.DeleteWhenUnused, arguments, cancellationToken: cancellation);
        return channel;
    }

    private async Task HandleAsync(IChannel channel, BasicDeliverEventArgs message, Func<BindingEvent, CancellationToken, Task<bool>> handle, CancellationToken cancellation)
    {
        try
        {
            // The body's memory is the client's and only valid until the first await.
            var item = new BindingEvent(message.Body.ToArray(), new Dictionary<string, string>
            {
                ["redelivered"] = message.Redelivered ? "true" : "false",
                ["messageID"] = message.BasicProperties.MessageId ?? "",
            });
            if (await handle(item, cancellation))
            {
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, CancellationToken.None);
            }
            else
            {
                await Task.Delay(RequeueWait, _time, cancellation);
                await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or AlreadyClosedException or IOException)
        {
            LogNotAcknowledged(_settings.Queue, error.Message);
        }
    }

    [LoggerMessage(358, LogLevel.Warning, "Queue {Queue}: a message was not acknowledged and comes again: {Reason}")]
    private partial void LogNotAcknowledged(string queue, string reason);
}
