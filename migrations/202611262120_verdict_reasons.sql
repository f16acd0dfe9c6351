-- Why an activity was accepted or not, as one of few reasons (activitypub/inbox.hpp); `reason` says it in a sentence.
ALTER TABLE inbound_activities ADD COLUMN why smallint;
