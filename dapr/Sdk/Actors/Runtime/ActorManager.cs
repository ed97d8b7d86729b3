using System.Collections.Concurrent;
using System.Text.Json;
using Dapr.Actors.Communication;
using Dapr.Actors.Contracts;
using Dapr.Actors.Runtime.Timers;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>
/// The active instances of one actor type, and the way of a call through one of them. It holds no lock: turns are the sidecar's business,
/// since only the sidecar knows which calls may enter together.
/// </summary>
internal sealed partial class ActorManager
{
    private readonly ConcurrentDictionary<string, ActorActivatorState> _active = new(StringComparer.Ordinal);
    private readonly ActorTypeInformation _type;
    private readonly ActorActivator _activator;
    private readonly ActorServices _services;
    private readonly HostMethods _methods;
    private readonly ILogger _logger;

    public ActorManager(ActorTypeInformation type, ActorActivator activator, ActorServices services)
    {
        _type = type;
        _activator = activator;
        _services = services;
        _methods = new HostMethods(type.InterfaceTypes);
        _logger = services.Loggers.CreateLogger(typeof(ActorManager).FullName!);
    }

    /// <summary>A call through a typed proxy. What the method throws is thrown.</summary>
    public Task<byte[]> InvokeTypedAsync(string actorId, string methodName, string header, byte[] body, CancellationToken cancellationToken)
    {
        var (interfaceId, methodId) = RemotingHeader.Read(header);
        var method = _methods.ById(interfaceId, methodId);
        var arguments = method.WithToken(RemotingBody.ReadRequest(method, body, _services.Json), cancellationToken);
        return TurnAsync(actorId, ActorMethodContext.ForMethod(methodName), actor => method.Result.WriteTypedAsync(method.Call(actor, arguments), _services.Json));
    }

    /// <summary>A call by name with plain JSON. What the method throws is thrown.</summary>
    public Task<byte[]> InvokeWeakAsync(string actorId, string methodName, byte[] body, CancellationToken cancellationToken)
    {
        var method = _methods.ByName(methodName);
        object?[] sent = method.Parameters.Count switch
        {
            0 => [],
            1 => [JsonSerializer.Deserialize(body, method.Parameters[0].ParameterType, _services.Json)],
            _ => throw new ArgumentException(
                $"Method {method.Owner.Name}.{method.Name} has more than one parameter and can't be invoked through http: use a typed proxy, or one parameter that holds all.", nameof(methodName)),
        };
        var arguments = method.WithToken(sent, cancellationToken);
        return TurnAsync(actorId, ActorMethodContext.ForMethod(methodName), actor => method.Result.WriteWeakAsync(method.Call(actor, arguments), _services.Json));
    }

    /// <summary>A reminder is due.</summary>
    public Task RemindAsync(string actorId, string reminderName, byte[] body)
    {
        if (!_type.IsRemindable)
        {
            LogNotRemindable(reminderName, _type.ActorTypeName, actorId);
            return Task.CompletedTask;
        }

        var call = TimerJson.ReadCall(body);
        return TurnAsync(actorId, ActorMethodContext.ForReminder, async actor =>
        {
            await ((IRemindable)actor).ReceiveReminderAsync(reminderName, call.Data, call.DueTime, call.Period);
            return true;
        });
    }

    /// <summary>A timer is due.</summary>
    public Task FireTimerAsync(string actorId, byte[] body)
    {
        var call = TimerJson.ReadCall(body);
        var callback = TimerMethod.Of(_type.ImplementationType, call.Callback ?? throw new FormatException("The timer's call names no callback."));
        return TurnAsync(actorId, ActorMethodContext.ForTimer, async actor =>
        {
            await callback.CallAsync(actor, call.Data);
            return true;
        });
    }

    /// <summary>Ends an instance; nothing happens when there is none.</summary>
    public Task DeactivateAsync(string actorId) => _active.TryRemove(actorId, out var state) ? EndAsync(state) : Task.CompletedTask;

    private async Task<T> TurnAsync<T>(string actorId, ActorMethodContext context, Func<Actor, Task<T>> call)
    {
        var actor = _active.TryGetValue(actorId, out var state) ? state.Actor : await ActivateAsync(actorId);
        var chained = ActorReentrancyContext.Current is null ? null : actor.StateManager as ActorStateManager;
        chained?.EnterChain();
        try
        {
            await actor.BeforeCallAsync(context);
            var result = await call(actor);
            await actor.AfterCallAsync(context);
            return result;
        }
        catch (Exception exception)
        {
            await actor.AfterFailureAsync(context, exception);
            throw;
        }
        finally
        {
            chained?.LeaveChain();
        }
    }

    private async Task<Actor> ActivateAsync(string actorId)
    {
        var state = await _activator.CreateAsync(_services.HostFor(_type, actorId));
        try
        {
            await state.Actor.ActivateAsync();
        }
        catch
        {
            await _activator.DeleteAsync(state);
            throw;
        }

        // A sidecar starts one call at a time. Should two come at once all the same, the first one's instance serves both.
        var kept = _active.GetOrAdd(actorId, state);
        if (!ReferenceEquals(kept, state))
        {
            await EndAsync(state);
        }
        else
        {
            LogActivated(_type.ActorTypeName, actorId);
        }

        return kept.Actor;
    }

    private async Task EndAsync(ActorActivatorState state)
    {
        try
        {
            await state.Actor.DeactivateAsync();
        }
        finally
        {
            await _activator.DeleteAsync(state);
            LogDeactivated(_type.ActorTypeName, state.Actor.Id);
        }
    }
}
