using System.Net.Http.Json;
using System.Text.Json;

namespace Serverless.Faults.Tests.Calls;

/// <summary>What the app's actor has saved.</summary>
internal sealed record Tally(int Turns, int Twice, IReadOnlyList<string> Reminders);

/// <summary>Actors by Dapr's HTTP API, by somebody who does not give up.</summary>
internal sealed class ActorCalls(Uri address, Func<string> text) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>The client, for single calls.</summary>
    public HttpClient Http => _client;

    /// <summary>Counts turns of an actor until one is acknowledged; gives the count that was answered.</summary>
    public Task<int> AddAsync(string id) => CallAsync<int>(id, "AddAsync", argument: null);

    public Task<Tally> ReadAsync(string id) => CallAsync<Tally>(id, "ReadAsync", argument: null);

    public Task RemindAsync(string id, string name, int milliseconds, bool repeats = false) =>
        CallAsync<JsonElement?>(id, "RemindAsync", new { name, milliseconds, repeats });

    /// <summary>One call, with whatever comes of it.</summary>
    public Task<HttpResponseMessage> TryAsync(string id, string method, object? argument = null) =>
        _client.PutAsync(new Uri($"/v1.0/actors/Tally/{id}/method/{method}", UriKind.Relative), argument is null ? null : JsonContent.Create(argument));

    public void Dispose() => _client.Dispose();

    private async Task<T> CallAsync<T>(string id, string method, object? argument)
    {
        var last = "none";
        var body = await Patience.ForAsync(
            async () =>
            {
                try
                {
                    using var response = await TryAsync(id, method, argument);
                    var answer = await response.Content.ReadAsStringAsync();
                    last = $"{(int)response.StatusCode} {answer}";
                    return response.IsSuccessStatusCode ? answer : null;
                }
                catch (Exception error) when (error is HttpRequestException or TaskCanceledException or IOException)
                {
                    last = error.Message;
                    return null;
                }
            },
            () => $"{method} of actor {id} is answered; the last answer was {last}.\n{text()}");
        return body.Length == 0 ? default! : JsonSerializer.Deserialize<T>(body, JsonSerializerOptions.Web)!;
    }
}
