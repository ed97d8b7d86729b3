using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Serverless.Inference.OpenAI;

/// <summary>Sends single requests: again with full jitter while the server is busy or does not answer, and says what the last answer means.</summary>
internal sealed class OpenAIClient : IDisposable
{
    private readonly OpenAIOptions options;
    private readonly InFlightLimit limit;
    private readonly HttpClient http;
    private readonly Uri address;
    private long answers;

    internal OpenAIClient(OpenAIOptions options)
    {
        this.options = options;
        limit = new InFlightLimit(options.MaxNumSeqs);
        address = new Uri(options.BaseUrl.AbsoluteUri.TrimEnd('/') + "/");
        http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        if (options.ApiKey is { } key) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Requests that may be at the server now.</summary>
    internal int Limit => limit.Limit;

    /// <summary>The result; its error is the row's, or <see cref="InferenceErrorCodes.Unavailable"/> if the server was too busy to the last.</summary>
    /// <exception cref="InferenceException">No request can go well: the key is refused, or there is no server.</exception>
    internal async Task<GenerationResult> SendAsync(GenerationRequest request, CancellationToken cancellation)
    {
        var (path, body) = RequestBody.Of(request, options);
        var content = JsonSerializer.SerializeToUtf8Bytes(body);
        var (start, before) = (options.TimeProvider.GetTimestamp(), Interlocked.Read(ref answers));
        for (var attempt = 1; ; attempt++)
        {
            var (result, failure) = await TryAsync(request, new Uri(address, path), content, start, cancellation);
            if (result is not null) return result;
            if (attempt >= options.MaxAttempts) return GiveUp(request, failure!, attempt, wasSilent: before == Interlocked.Read(ref answers));
            await Task.Delay(Pause(attempt, failure!.After), options.TimeProvider, cancellation);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<(GenerationResult? Result, Failure? Failure)> TryAsync(GenerationRequest request, Uri uri, byte[] content, long start, CancellationToken cancellation)
    {
        var ticket = await limit.EnterAsync(cancellation);
        bool? overloaded = null;
        using var patience = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ByteArrayContent(content) { Headers = { ContentType = new("application/json") } } };
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token);
            Interlocked.Increment(ref answers);
            overloaded = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
            var text = await response.Content.ReadAsByteArrayAsync(either.Token);
            if (response.IsSuccessStatusCode) return (Read(request, text, options.TimeProvider.GetElapsedTime(start)), null);
            return Refused(request, response, Answer.ReadError(Encoding.UTF8.GetString(text)));
        }
        catch (HttpRequestException e)
        {
            return (null, new Failure(e.Message, null, NoAnswer: true));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, new Failure($"no answer within {options.Timeout.TotalSeconds:0.#} s", null, NoAnswer: true));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return (null, new Failure($"an answer that is not the API's: {e.Message}", null, NoAnswer: false));
        }
        finally
        {
            limit.Leave(ticket, overloaded);
        }
    }

    private static GenerationResult Read(GenerationRequest request, byte[] text, TimeSpan taken)
    {
        using var document = JsonDocument.Parse(text);
        try
        {
            return Answer.Read(request, document.RootElement, taken);
        }
        catch (InferenceException e)
        {
            return Failed(request, e.Code, e.Message);
        }
    }

    private (GenerationResult? Result, Failure? Failure) Refused(GenerationRequest request, HttpResponseMessage response, (string Message, string? Code) error)
    {
        var status = (int)response.StatusCode;
        if (status is 401 or 403)
        {
            throw new InferenceException(InferenceErrorCodes.ModelAccess, options.ApiKey is null
                ? $"{address} asks for a key ({status}: {error.Message}); name the secret that holds it (secret_ref)"
                : $"{address} refuses the key of secret_ref \"{options.ApiKeyName}\" ({status}: {error.Message})");
        }

        if (status is 408 or 429 or >= 500)
        {
            var after = response.Headers.RetryAfter is not { } header ? null : header.Delta ?? (header.Date - options.TimeProvider.GetUtcNow());
            return (null, new Failure($"{status}: {error.Message}", after, NoAnswer: false));
        }

        var code = error.Code == "context_length_exceeded" ? InferenceErrorCodes.PromptTooLong : InferenceErrorCodes.InvalidRequest;
        return (Failed(request, code, $"the server refused the request ({status}): {error.Message}"), null);
    }

    private GenerationResult GiveUp(GenerationRequest request, Failure failure, int attempts, bool wasSilent) => failure.NoAnswer && wasSilent
        ? throw new InferenceException(InferenceErrorCodes.EngineFailed, $"{address} answered nobody in {attempts} tries: {failure.Message}")
        : Failed(request, InferenceErrorCodes.Unavailable, $"{address}: {attempts} tries failed, at last: {failure.Message}");

    private static GenerationResult Failed(GenerationRequest request, string code, string message) => new() { Request = request, Error = new GenerationError(code, message) };

    /// <summary>Full jitter, after what the server asks for: those whom it sent away together do not come back together.</summary>
    private TimeSpan Pause(int attempt, TimeSpan? after)
    {
        var bound = Math.Min(options.LongestPause.Ticks, options.FirstPause.Ticks << Math.Min(attempt - 1, 16));
        var least = Math.Clamp(after?.Ticks ?? 0, 0, options.LongestPause.Ticks);
        return TimeSpan.FromTicks(least + Random.Shared.NextInt64(bound + 1));
    }

    private sealed record Failure(string Message, TimeSpan? After, bool NoAnswer);
}
