/** Active schedules that a worker can run: $1 sagas and $2 their newest versions hosted, $3 the schedules that stand in its code. */
export const WITHIN_REACH = `schedule.state = 'active'
    and exists (
      select from unnest($1::text[], $2::integer[]) as hosted(saga, version)
      where hosted.saga = schedule.saga and hosted.version >= schedule.version
    )
    and (schedule.origin = 'call' or schedule.name = any($3::text[]))`;
