using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Api;
using Serverless.Contracts.Results;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Status;

namespace Serverless.Client;

/// <summary>The job service's HTTP API (<c>/api/v1</c>), typed. Every call throws <see cref="JobsException"/> when the service refuses or cannot be reached.</summary>
public sealed class JobsClient : IDisposable
{
    private const string Jobs = "/api/v1/jobs";

    private readonly JobsClientOptions _options;
    private readonly HttpClient _http;

    /// <summary>A client.</summary>
    /// <param name="options">Where the service is. Default: from the environment.</param>
    /// <param name="handler">What sends the requests. Default: a handler of its own.</param>
    public JobsClient(JobsClientOptions? options = null, HttpMessageHandler? handler = null)
    {
        _options = options ?? JobsClientOptions.FromEnvironment();
        _http = new HttpClient(handler ?? new SocketsHttpHandler(), disposeHandler: handler is null) { BaseAddress = _options.BaseAddress, Timeout = _options.Timeout };
        if (_options.ApiKey is { } key)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Submits a job. The same job again (its id, or else its idempotency key) is answered with the job that is there.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="idempotencyKey">Makes a repeated call the same job although the spec has no id. Default: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<JobResource> SubmitAsync(JobSpec spec, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SubmitAsync(JsonSerializer.Serialize(spec, ContractsJson.Compact), "application/json", idempotencyKey, cancellationToken);

    /// <summary>Submits a document as it is.</summary>
    /// <param name="document">YAML or JSON.</param>
    /// <param name="contentType"><c>application/yaml</c> or <c>application/json</c>.</param>
    /// <param name="idempotencyKey">As above.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<JobResource> SubmitAsync(string document, string contentType, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Jobs) { Content = new StringContent(document, Encoding.UTF8, contentType) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return SendAsync<JobResource>(request, cancellationToken);
    }

    /// <summary>A job.</summary>
    public Task<JobResource> GetAsync(string id, CancellationToken cancellationToken = default) => GetAsync<JobResource>(Path(id), cancellationToken);

    /// <summary>A page of jobs, newest first.</summary>
    /// <param name="status">Only those in this state. Default: all.</param>
    /// <param name="limit">At most so many, 1 to 100. Default: 20.</param>
    /// <param name="cursor">Where the page before ended. Default: the first page.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<JobPage> ListAsync(JobStatus? status = null, int limit = 20, string? cursor = null, CancellationToken cancellationToken = default)
    {
        var query = $"{Jobs}?limit={limit}";
        query += status is { } wanted ? $"&status={wanted.ToName()}" : "";
        query += cursor is not null ? $"&cursor={Uri.EscapeDataString(cursor)}" : "";
        return GetAsync<JobPage>(query, cancellationToken);
    }

    /// <summary>Stops a job; what is finished stays.</summary>
    public Task<JobResource> CancelAsync(string id, CancellationToken cancellationToken = default) => ActAsync(id, "cancel", cancellationToken);

    /// <summary>Hands out no more shards of a job.</summary>
    public Task<JobResource> PauseAsync(string id, CancellationToken cancellationToken = default) => ActAsync(id, "pause", cancellationToken);

    /// <summary>Hands out shards again.</summary>
    public Task<JobResource> ResumeAsync(string id, CancellationToken cancellationToken = default) => ActAsync(id, "resume", cancellationToken);

    /// <summary>
    /// Runs what failed of a job that has ended, in a job of its own: the rows that failed or were never started; of a job that failed as a whole, all that is not
    /// done. Its results then show the new answers. While a retry runs, asking again gives that one.
    /// </summary>
    /// <returns>The new job.</returns>
    public Task<JobResource> RetryAsync(string id, CancellationToken cancellationToken = default) => ActAsync(id, "retry", cancellationToken);

    /// <summary>Forgets a job that has ended; its output stays.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        using var answer = await AnswerAsync(new HttpRequestMessage(HttpMethod.Delete, Path(id)), HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    /// <summary>What there is of a job's output.</summary>
    public Task<JobResults> GetResultsAsync(string id, CancellationToken cancellationToken = default) => GetAsync<JobResults>($"{Path(id)}/results", cancellationToken);

    /// <summary>Some rows of the output.</summary>
    public Task<RowPage> PreviewAsync(string id, int limit = 10, CancellationToken cancellationToken = default) =>
        GetAsync<RowPage>($"{Path(id)}/results/preview?limit={limit}", cancellationToken);

    /// <summary>Rows that failed, and their groups.</summary>
    public Task<RowPage> GetErrorsAsync(string id, int limit = 20, CancellationToken cancellationToken = default) =>
        GetAsync<RowPage>($"{Path(id)}/errors?limit={limit}", cancellationToken);

    /// <summary>What a job used.</summary>
    public Task<Usage> GetUsageAsync(string id, CancellationToken cancellationToken = default) => GetAsync<Usage>($"{Path(id)}/usage", cancellationToken);

    /// <summary>A job's life.</summary>
    public Task<JobHistory> GetHistoryAsync(string id, CancellationToken cancellationToken = default) => GetAsync<JobHistory>($"{Path(id)}/history", cancellationToken);

    /// <summary>A page of a job's shards, in their order.</summary>
    /// <param name="id">The job.</param>
    /// <param name="limit">At most so many, 1 to 100. Default: 50.</param>
    /// <param name="cursor">Where the page before ended. Default: the first page.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ShardPage> GetShardsAsync(string id, int limit = 50, string? cursor = null, CancellationToken cancellationToken = default) =>
        GetAsync<ShardPage>($"{Path(id)}/shards?limit={limit}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", cancellationToken);

    /// <summary>The workers.</summary>
    public Task<WorkerList> GetWorkersAsync(CancellationToken cancellationToken = default) => GetAsync<WorkerList>("/api/v1/workers", cancellationToken);

    /// <summary>The models that the service knows and the caller may use.</summary>
    public Task<ModelList> GetModelsAsync(CancellationToken cancellationToken = default) => GetAsync<ModelList>("/api/v1/models", cancellationToken);

    /// <summary>Downloads a part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="destination">Where its bytes go.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task DownloadAsync(ResultPart part, Stream destination, CancellationToken cancellationToken = default)
    {
        using var answer = await AnswerAsync(new HttpRequestMessage(HttpMethod.Get, part.Link), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await answer.Content.CopyToAsync(destination, cancellationToken);
    }

    /// <summary>Looks at a job until it has ended; gives every look. A service that is away for a moment is asked again.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<JobResource> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            JobResource? job = null;
            try
            {
                job = await GetAsync(id, cancellationToken);
            }
            catch (JobsException error) when (error.Status is null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
                or HttpStatusCode.TooManyRequests)
            {
                // It is started again, or this tenant looks too often; the job is durable and goes on.
            }

            if (job is not null)
            {
                yield return job;
                if (JobTransitions.IsFinal(job.Status))
                {
                    yield break;
                }
            }

            await Task.Delay(_options.PollInterval, _options.Time, cancellationToken);
        }
    }

    /// <summary>Waits for a job's end.</summary>
    public async Task<JobResource> WaitAsync(string id, CancellationToken cancellationToken = default)
    {
        JobResource? last = null;
        await foreach (var job in WatchAsync(id, cancellationToken))
        {
            last = job;
        }

        return last!;
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static string Path(string id) => $"{Jobs}/{Uri.EscapeDataString(id)}";

    private Task<JobResource> ActAsync(string id, string action, CancellationToken cancellationToken) =>
        SendAsync<JobResource>(new HttpRequestMessage(HttpMethod.Post, $"{Path(id)}/{action}"), cancellationToken);

    private Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = await AnswerAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        try
        {
            return (await answer.Content.ReadFromJsonAsync<T>(ContractsJson.Compact, cancellationToken))!;
        }
        catch (JsonException error)
        {
            throw new JobsException(answer.StatusCode, "bad_answer", $"{_options.BaseAddress} answered {request.RequestUri} with something that is not what this client knows: {error.Message}", error);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw new JobsException(null, "unreachable", $"{_options.BaseAddress} cannot be reached: {error.Message} (is \"serverless up\" running? --server and SERVERLESS_SERVER name another one)", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new JobsException(null, "unreachable", $"{_options.BaseAddress} did not answer within {_options.Timeout.TotalSeconds:F0} s", error);
        }

        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw await Problem.ReadAsync(answer, cancellationToken);
        }
    }
}
