using Dapr.Sidecar.Components;
using Dapr.Sidecar.Hosting;
using Dapr.Sidecar.Resiliency;
using Polly;
using Polly.Timeout;

namespace Dapr.Sidecar.State;

/// <summary>A call to a state store by an app, under the resiliency policies of the store.</summary>
internal sealed class StateCall(IStateStore store, string storeName, string appId, ResiliencePipeline policy)
{
    /// <summary>The store's key of an app's key.</summary>
    public string FullKey(string key) => StateKeys.Full(store, storeName, appId, key);

    /// <inheritdoc cref="IStateStore.GetAsync" />
    public ValueTask<IReadOnlyList<StateEntry?>> GetAsync(IReadOnlyList<string> keys) =>
        policy.ExecuteAsync(async token => await store.GetAsync(keys).AsTask().WaitAsync(token));

    /// <inheritdoc cref="IStateStore.ApplyAsync" />
    public ValueTask ApplyAsync(IReadOnlyList<StateChange> changes) =>
        policy.ExecuteAsync(async token => await store.ApplyAsync(changes).WaitAsync(token));
}

/// <summary>Finds the store of a call and turns what goes wrong into Dapr's errors.</summary>
internal sealed class StateStores(ComponentCatalog catalog, AppDirectory apps, ResiliencyPolicies policies)
{
    /// <summary>Runs a call; failures get the code and message given, an ETag mismatch a status of its own.</summary>
    public async Task<IResult> RunAsync(
        HttpContext http, string name, Func<StateCall, Task<IResult>> run, string errorCode, Func<string, string> message, int mismatchStatus = StatusCodes.Status409Conflict)
    {
        var app = apps.Of(http);
        if (!catalog.TryGet<IStateStore>(app, name, out var store))
        {
            return catalog.Any<IStateStore>(app)
                ? ApiError.Result(StatusCodes.Status400BadRequest, "ERR_STATE_STORE_NOT_FOUND", $"state store {name} is not found")
                : ApiError.Result(StatusCodes.Status500InternalServerError, "ERR_STATE_STORE_NOT_CONFIGURED", "state store is not configured");
        }

        try
        {
            return await run(new StateCall(store, name, app.Id, policies.Outbound(name)));
        }
        catch (BadRequestException error)
        {
            return ApiError.Result(StatusCodes.Status400BadRequest, error.Code, error.Message);
        }
        catch (ETagMismatchException error)
        {
            return ApiError.Result(mismatchStatus, errorCode, message(error.Message));
        }
        catch (Exception error) when (error is Store.StoreException or StateDamagedException or CircuitOpenException or TimeoutRejectedException)
        {
            return ApiError.Result(StatusCodes.Status500InternalServerError, errorCode, message(error.Message));
        }
    }
}
