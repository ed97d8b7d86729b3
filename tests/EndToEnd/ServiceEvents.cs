using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;

namespace Serverless.EndToEnd.Tests;

/// <summary>Reads a job's server-sent events (WHATWG HTML, 9.2).</summary>
internal static class ServiceEvents
{
    /// <summary>Status events until the stream ends or <paramref name="isEnough"/>; then the connection is dropped.</summary>
    /// <param name="http">Who asks.</param>
    /// <param name="id">The job.</param>
    /// <param name="lastEventId">What was seen before. Default: nothing.</param>
    /// <param name="isEnough">Ends it early. Default: never.</param>
    public static async Task<List<JobHistoryEntry>> ReadAsync(HttpClient http, string id, string? lastEventId = null, Func<JobHistoryEntry, bool>? isEnough = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{id}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));
        List<JobHistoryEntry> entries = [];
        var (kind, number, data) = ("", "", "");
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["id", var value]:
                    number = value;
                    break;
                case ["event", var value]:
                    kind = value;
                    break;
                case ["data", var value]:
                    data = value;
                    break;
                case [""] when kind == "status":
                    entries.Add(JsonSerializer.Deserialize<JobHistoryEntry>(data)!);
                    $"{entries[^1].Number}".ShouldBe(number, "the event's id is the entry's number");
                    (kind, data) = ("", "");
                    if (isEnough?.Invoke(entries[^1]) ?? false)
                    {
                        return entries;
                    }

                    break;
            }
        }

        return entries;
    }

    /// <summary>Looks again and again until the job has ended; gives the states that it saw, each as often as it was entered.</summary>
    public static async Task<List<JobStatus>> PollAsync(ServiceFixture service, string id)
    {
        List<JobStatus> seen = [];
        await foreach (var job in service.Client.WatchAsync(id))
        {
            if (seen.Count == 0 || seen[^1] != job.Status)
            {
                seen.Add(job.Status);
            }
        }

        return seen;
    }
}
