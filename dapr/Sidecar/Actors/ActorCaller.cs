using Dapr.Sidecar.Resiliency;

namespace Dapr.Sidecar.Actors;

/// <summary>Calls actors: takes a turn, calls the app, and ends the turn when the whole answer is here.</summary>
internal sealed class ActorCaller(ActorTable table, IAppCallPolicy policy)
{
    /// <summary>Calls an actor wherever it lives; it is activated if need be.</summary>
    /// <param name="key">The actor.</param>
    /// <param name="call">What it is called with.</param>
    /// <param name="waiting">Ends the wait for the turn. A call that reached the app goes on: its turn is over when the app says so.</param>
    /// <exception cref="ActorException">The call did not get to the actor, or the actor failed.</exception>
    public async Task<ActorReply> CallAsync(ActorKey key, ActorCall call, CancellationToken waiting)
    {
        var turn = await table.EnterAsync(key, call.Chain, waiting);
        return await CallAsync(turn, call);
    }

    /// <summary>Calls an actor in a turn that was taken, and ends the turn.</summary>
    /// <exception cref="ActorException">The actor failed, or its app was lost.</exception>
    public async Task<ActorReply> CallAsync(Turn turn, ActorCall call)
    {
        var (activation, chain) = turn;
        var host = activation.Host;
        try
        {
            var path = $"{activation.Path}/method/{call.Method}";
            var response = await policy.SendAsync(
                new AppCall(host.App, AppCallKind.Actor, activation.Key.Type, activation.Key.Id, () => call.CreateRequest(path, chain)), host.Lost);
            return await ActorReply.ReadAsync(response, path, host.Lost);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            host.App.Suspect();
            throw ActorException.Invoke($"app \"{host.App.Id}\": {error.Message}");
        }
        catch (OperationCanceledException) when (host.Lost.IsCancellationRequested)
        {
            throw ActorException.Invoke($"app \"{host.App.Id}\" was lost during the call");
        }
        finally
        {
            table.Exit(activation);
        }
    }
}
