namespace Dapr.Sidecar.Actors;

/// <summary>Ends activations: of idle actors, and of actors that move to another app.</summary>
internal sealed class Deactivation(ActorTable table, TimeProvider time, ILogger<Deactivation> log)
{
    /// <summary>Deactivates the actors of a host that had no turn for their idle timeout; ends when all of them are.</summary>
    public Task DeactivateIdleAsync(ActorHost host) => Task.WhenAll(table.All
        .Where(activation => activation.Host == host && IsIdle(activation))
        .Select(DeactivateIfIdleAsync));

    /// <summary>Ends an activation whose actor lives elsewhere now, after its running turn, for which it waits as long as the type allows.</summary>
    public async Task MoveAsync(Activation activation)
    {
        if (!activation.TryBeginEnd())
        {
            return;
        }

        var drained = activation.Options.DrainRebalanced && await DrainAsync(activation);
        if (!drained)
        {
            log.NotDrained(activation.Key, activation.Options.DrainTimeout);
        }

        await EndAsync(activation);
    }

    private bool IsIdle(Activation activation) => time.GetElapsedTime(activation.LastUsed) >= activation.Options.IdleTimeout;

    private async Task DeactivateIfIdleAsync(Activation activation)
    {
        if (!activation.Turns.TryEnter())
        {
            return;
        }

        if (IsIdle(activation) && activation.TryBeginEnd())
        {
            await EndAsync(activation);
        }
        else
        {
            activation.Turns.Exit();
        }
    }

    private async Task<bool> DrainAsync(Activation activation)
    {
        using var deadline = new CancellationTokenSource(activation.Options.DrainTimeout, time);
        try
        {
            return await activation.Turns.EnterAsync(chain: null, maxDepth: 1, deadline.Token) == TurnEntry.Entered;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Tells the app. Whether it hears or not, the actor may then begin anew.</summary>
    private async Task EndAsync(Activation activation)
    {
        activation.Turns.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(activation.Host.Lost);
        deadline.CancelAfter(activation.Options.DrainTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(activation.Path, UriKind.Relative));
            using var response = await activation.Host.App.Channel!.SendAsync(request, deadline.Token);
            if (!response.IsSuccessStatusCode)
            {
                log.DeactivationFailed(activation.Key, $"status {(int)response.StatusCode}");
            }
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            log.DeactivationFailed(activation.Key, error.Message);
        }
        finally
        {
            table.Remove(activation);
        }
    }
}
